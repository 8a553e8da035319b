/** Which file of a run holds its network, and where none does, why, and what to do. */
import { check } from "../util/errors.js";
import { checkOneModel, RUN_FILES, type RunFolder } from "./run-folder.js";
import { readStatus } from "./run-status.js";

/** What a search writes of itself, as far as it is needed here. */
const SEARCH = "sweep.json";

interface Search {
  readonly judge: { readonly name: string; readonly mode: "min" | "max" } | null;
  readonly trials: readonly {
    readonly trial: number;
    readonly state: string;
    readonly run: string | null;
    readonly parameters: number | null;
    readonly rungs: readonly { readonly value: number | null }[];
  }[];
}

/** @throws SluiceError where there is none, as in a search that has not ended: it names the best trial so far */
export function modelIn(where: string, folder: RunFolder): string {
  checkOneModel(where, folder);
  const found = [RUN_FILES.model, RUN_FILES.best, RUN_FILES.last].find((name) => folder.has(name));
  check(found !== undefined, () => {
    return `${where}: ${folder.path} holds no model${folder.has(SEARCH) ? ` yet: ${searchOf(folder)}` : ": it ended before its first epoch"}`;
  });
  return folder.file(found);
}

function searchOf(folder: RunFolder): string {
  const { judge, trials } = folder.readJson(SEARCH) as unknown as Search;
  const running = readStatus(folder).state === "running";
  const state = running ? "its search goes on" : "its search has not ended";
  const next = running ? "wait for its end" : `go on with sluice sweep --resume ${folder.path}`;
  const sign = judge?.mode === "max" ? -1 : 1;
  const [best] = trials
    .filter(({ state, run }) => state === "done" && run !== null)
    .map((own) => ({ ...own, value: own.rungs.at(-1)?.value ?? null }))
    .filter((own): own is typeof own & { value: number } => own.value !== null)
    .sort((a, b) => sign * (a.value - b.value) || (a.parameters ?? 0) - (b.parameters ?? 0));
  if (!best) return `${state}, and no trial has come to an end; ${next}`;
  const path = folder.file(`trials/${best.run!}`);
  return `${state}; the best of its trials so far is trial ${best.trial + 1} (${judge!.name} ${Number(best.value.toPrecision(6))}), in ${path}; ${next}`;
}
