import { SWEEP_FILE, TRIALS, valueOf } from "../distributed/search/ledger.js";
import type { Sweep } from "../distributed/search/sweep.js";
import { reasonsOf, wholeSpace } from "../distributed/search/remarks.js";
import { showPoint } from "../distributed/search/show.js";
import { trialsTable } from "../distributed/search/table.js";
import { join } from "node:path";
import { aligned } from "./aligned.js";
import { quoted } from "./command-line.js";
import { evaluationObject, evaluationText } from "./evaluation-text.js";
import type { Screen } from "./screen.js";
import { wrap, wrapCommand } from "./text-width.js";

/** Rows that are shown; the report has all. */
const SHOWN = 15;
/** Why trials failed, of many. */
const REASONS = 3;

export function sweepObject({ folder, ledger, best, bestRun, importance, test }: Sweep): object {
  const { plan, trials, judge, spent } = ledger;
  return {
    verb: "sweep",
    task: plan.task,
    data: plan.data,
    run: folder,
    file: join(folder, SWEEP_FILE),
    report: join(folder, "report.html"),
    seconds: spent,
    judge,
    trials: trials.map(({ trial, point, state, rungs, parameters, run, reason }) => ({
      trial: trial + 1,
      values: point,
      state,
      value: rungs.at(-1)?.value ?? null,
      epochs: rungs.at(-1)?.epochs ?? null,
      parameters,
      seconds: rungs.reduce((sum, { seconds }) => sum + seconds, 0),
      run: run === null ? null : join(folder, TRIALS, run),
      rungs: rungs.map(({ until, value }) => ({ until, value })),
      ...(reason !== undefined && { reason }),
    })),
    best: { trial: best.trial + 1, values: best.point, value: valueOf(best), run: bestRun },
    importance,
    test: evaluationObject(test),
  };
}

export function sweepText({ folder, ledger, best, bestRun, importance, test }: Sweep, screen: Screen): string {
  const { bold } = screen.style;
  const { header, rows } = trialsTable(ledger, SHOWN);
  const more = ledger.trials.length - rows.length;
  const whole = wholeSpace(ledger);
  const failed = reasonsOf(ledger);
  const shares = importance.filter(({ share }) => share !== null).map(({ name, share }) => `${name} ${Math.round(share! * 100)} %`); // prettier-ignore
  const told = [
    ...(whole !== null ? [whole] : []),
    ...(more > 0 ? [`${more} more trials are in the report.`] : []),
    ...(shares.length > 0
      ? [
          `How much each option matters by itself, as its share of the differences between trials: ${shares.join(", ")}.`,
        ]
      : []),
    ...failed.slice(0, REASONS),
    ...(failed.length > REASONS ? [`${failed.length - REASONS} more reasons are in the report.`] : []),
  ];
  return [
    `${bold("On the validation part, the best first:")}\n`,
    aligned(header, rows, screen.width),
    ...(told.length > 0 ? ["", ...told.map((line) => wrap(line, screen.proseWidth))] : []),
    `\n${wrap(`The best on the validation part is ${showPoint(best.point)}.`, screen.proseWidth)}\n`,
    evaluationText(test, screen),
    `\n${aligned(null, [["Best run", bestRun], ["Sweep", folder], ["Report", join(folder, "report.html")]], screen.width)}`,
    `\n${bold("Next:")}\n${wrapCommand(`  sluice predict ${quoted(folder)} --data new.csv --out predictions.csv`, screen.width)}`,
  ].join("\n"); // prettier-ignore
}
