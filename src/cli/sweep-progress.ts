/** How a sweep comes along, on standard error: a line a trial. */
import type { SweepHooks } from "../distributed/search/sweep.js";
import { showPoint } from "../distributed/search/show.js";
import { rankedTrials, valueText } from "../distributed/search/table.js";
import { valueOf } from "../distributed/search/ledger.js";
import { JobsLine } from "./jobs-line.js";
import type { Screen } from "./screen.js";

export function sweepProgress(screen: Screen): Pick<SweepHooks, "onTrial" | "onEpoch"> {
  const line = new JobsLine(screen, (trial) => `trial ${trial + 1}`);
  return {
    onEpoch: (trial, progress) => line.onEpoch(trial, progress),
    onTrial(own, { done, of, ledger }) {
      const [best] = rankedTrials(ledger);
      const least = best && valueOf(best);
      const value = valueOf(own);
      const { name } = ledger.judge ?? { name: "value" };
      const text = valueText(ledger);
      const result = own.state === "failed" ? `failed: ${own.reason}` : `${name} ${value === null ? "–" : text(value)}`;
      const rung = own.rungs.at(-1)?.until;
      const at = rung ? `after ${rung} ${rung === 1 ? "epoch" : "epochs"}` : "";
      const said = [`trial ${own.trial + 1}`, showPoint(own.point), result, at].filter(Boolean).join("  ");
      line.onEnd(own.trial, { done, of }, said, least === null || least === undefined ? "" : `best ${name} ${text(least)}`); // prettier-ignore
    },
  };
}
