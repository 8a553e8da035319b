/** The end of a search: the best trial, once, on the test part; files and report. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { testRun } from "../../tasks/measure-run.js";
import type { Task } from "../../tasks/task.js";
import { check } from "../../util/errors.js";
import { importanceOf } from "./importance.js";
import { TRIALS, valueOf, type Ledger, type TrialRecord } from "./ledger.js";
import { setAside } from "./remarks.js";
import { writeSweepReport } from "./sweep-report.js";
import { rankedTrials } from "./table.js";
import type { Sweep, SweepHooks } from "./sweep.js";

/** @throws SluiceError where no trial came to an end */
export async function finish(task: Task, data: string, ledger: Ledger, hooks: SweepHooks): Promise<Sweep> {
  const { folder, trials, plan } = ledger;
  const [best] = rankedTrials(ledger);
  check(best !== undefined && valueOf(best) !== null, () => `sweep: ${reasonOfNone(trials)}`);
  const bestRun = join(folder.path, TRIALS, best.run!);
  const seconds = best.rungs.reduce((sum, rung) => sum + rung.seconds, 0);
  const test = await testRun(task, data, RunFolder.open(bestRun), seconds, {
    ...(hooks.signal && { signal: hooks.signal }),
    ...(hooks.warn && { warn: hooks.warn }),
  });
  const importance = importanceOf(plan.space, ledger.tried);
  const { pictures: _, ...measured } = test;
  ledger.outcome = { best: { trial: best.trial, point: best.point, run: best.run }, test: measured, importance };
  ledger.write();
  const remark = setAside(ledger);
  if (remark !== null) hooks.warn?.(remark);
  // The folder is a run too: what takes a run takes the best of the sweep.
  copyFileSync(join(bestRun, RUN_FILES.model), folder.file(RUN_FILES.model));
  folder.replaceJson(RUN_FILES.evaluation, { ...measured, pictures: [] });
  const sweep: Sweep = { folder: folder.path, ledger, best, bestRun, importance, test };
  await writeSweepReport(sweep);
  return sweep;
}

function reasonOfNone(trials: readonly TrialRecord[]): string {
  const failed = trials.find(({ reason }) => reason !== undefined);
  if (failed) return `none of ${trials.length} trials came to an end; the first: ${failed.reason}`;
  const judged = trials.filter(({ state }) => state === "done").length;
  if (judged > 0) return `none of ${judged} trials has a value: what is measured of the network on the validation part is no number`; // prettier-ignore
  return "no trial came to an end in the time that was given; give more --seconds";
}
