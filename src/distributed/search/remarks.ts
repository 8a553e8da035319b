/** What a search that has ended says of itself beside its trials. */
import type { Ledger, TrialRecord } from "./ledger.js";
import { countPoints } from "./space.js";

/** Why there are fewer trials than were allowed; null where that is not so. */
export function wholeSpace({ plan: { space, options }, trials }: Ledger): string | null {
  const points = countPoints(space, options.trials);
  const all = points < options.trials && trials.every(({ state }) => state !== "waiting");
  return all ? `All ${points} points of the space were tried; ${options.trials} trials were allowed.` : null;
}

/** How many trials have no result, and what to do; null where all have one. */
export function setAside({ trials, failed, folder }: Ledger): string | null {
  if (failed.length === 0) return null;
  const [was, it] = failed.length === 1 ? ["was", "it"] : ["were", "them"];
  return `sweep: ${failed.length} of ${trials.length} trials failed and ${was} set aside; sluice sweep --resume ${folder.path} tries ${it} again`;
}

/** Each reason once, with its trials: "Trials 2 and 5: the loss is NaN". The most frequent first. */
export function reasonsOf({ failed }: Ledger): string[] {
  const byReason = new Map<string, TrialRecord[]>();
  // Trials name their own folders, which tell no reasons apart.
  const plain = (reason: string) => reason.replaceAll(/[\d-]{10}T[\d-]{8}-trial-\d+|\btrial-\d+\b/g, "");
  for (const own of failed) {
    const key = plain(own.reason!);
    byReason.set(key, [...(byReason.get(key) ?? []), own]);
  }
  return [...byReason.values()]
    .sort((a, b) => b.length - a.length)
    .map((own) => {
      const numbers = own.map(({ trial }) => trial + 1).join(", ").replace(/, (?=\d+$)/, " and "); // prettier-ignore
      return `${own.length === 1 ? "Trial" : "Trials"} ${numbers} failed: ${own[0]!.reason!}`;
    });
}
