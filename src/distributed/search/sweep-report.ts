/** The report of a search: which options, how they go together, what they matter, and the best one on the test part. */
import { join } from "node:path";
import { metricTitle } from "../../runs/evaluation.js";
import { barsPlot } from "../../runs/plots/bars.js";
import { drawPlot } from "../../runs/plots/draw.js";
import { parallelPlot, type ParallelAxis, type ParallelLine } from "../../runs/plots/parallel.js";
import type { Plot } from "../../runs/plots/render.js";
import { reportPage, type Block } from "../../runs/report.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { entriesTable } from "../../runs/run-report.js";
import { LEAST_TRIALS } from "./importance.js";
import { marksOf, placeIn } from "./axes.js";
import { ETA } from "./halving.js";
import { valueOf, type Ledger } from "./ledger.js";
import { wholeSpace } from "./remarks.js";
import { showPoint } from "./show.js";
import type { Sweep } from "./sweep.js";
import { rankedTrials, trialsTable, valueText } from "./table.js";

/** Rows of the table, and lines of the picture: more nobody reads. */
const MOST = 200;

export async function writeSweepReport(sweep: Sweep): Promise<void> {
  const { ledger, best, bestRun, test } = sweep;
  const { plan, folder } = ledger;
  const value = valueOf(best)!;
  const blocks: Block[] = [
    {
      verdict: `The best of ${ledger.trials.length} trials has ${showPoint(best.point)}: ${titleOf(sweep)} ${valueText(ledger)(value)} on the validation part.`,
      good: true,
    },
    { text: howOf(sweep) },
    ...(await pictures(sweep)),
    { heading: "Trials, the best first" },
    { table: trialsTable(ledger, MOST) },
    { text: `${titleOf(sweep)}: on the validation part, with the weights of the trial's best epoch.` },
    ...failures(ledger),
    { heading: `The best on the test part: ${test.count} ${test.of}` },
    { text: `${test.verdict} The test part was seen by this trial alone.` },
    { table: entriesTable(test) },
    { text: `Its own report: ${join(bestRun, RUN_FILES.report)}` },
    { heading: "How this was made" },
    { command: plan.command },
  ];
  folder.replaceText(RUN_FILES.report, reportPage(`Sweep ${folder.name}`, blocks));
}

function titleOf({ ledger }: Sweep): string {
  const { name, mode, unit } = ledger.judge!;
  return metricTitle({ name, mode, ...(unit !== undefined && { unit }) });
}

const METHODS = {
  grid: "Every combination of the values was tried.",
  random: "Points were drawn at random.",
  tpe: "Points were proposed by a tree-structured Parzen estimator (Bergstra et al. 2011).",
} as const;

function howOf({ ledger }: Sweep): string {
  const { method, halving, asynchronous } = ledger.plan.options;
  const halved = halving ? ` By successive halving one trial in ${ETA} went on to ${ETA} times as many epochs.` : "";
  const loose = asynchronous ? " Nobody waited for others, so another sweep with this seed has other trials." : "";
  const whole = wholeSpace(ledger);
  return `${METHODS[method]}${whole === null ? "" : ` ${whole}`}${halved}${loose} The best on the validation part was chosen, and it alone was measured on the test part.`;
}

function failures({ failed }: Ledger): Block[] {
  if (failed.length === 0) return [];
  const rows = failed.map(({ trial, point, reason = "" }) => [`trial ${trial + 1}: ${showPoint(point)}`, reason]);
  return [
    { heading: "Set aside" },
    { text: "Each attempt of these trials failed; sluice sweep --resume tries them again." },
    { table: { rows } },
  ];
}

async function pictures(sweep: Sweep): Promise<Block[]> {
  const known = sweep.importance.filter(({ share }) => share !== null);
  const bars = known.map(({ name, share }) => ({ name, share: share! }));
  const importance = {
    title: "What the options matter, each by itself",
    subtitle:
      "Share of the differences between trials that goes with the option: ε² of a one-way analysis of variance (Kelley 1935) on ranks, ranges cut into four groups. What only two options together do is not seen; shares may overlap, and so add up to more than all.",
    bars,
  };
  const none = `How much the options matter cannot be told of fewer than ${LEAST_TRIALS} different trials.`;
  const told = bars.length > 0 ? await drawPlot(barsPlot(importance)) : [{ text: none }];
  return [...(await drawPlot(parallelOf(sweep))), ...told];
}

function parallelOf(sweep: Sweep): Plot {
  const { ledger, best } = sweep;
  const { space } = ledger.plan;
  const shown = rankedTrials(ledger).filter((own) => valueOf(own) !== null).slice(0, MOST); // prettier-ignore
  const good = Math.max(1, Math.floor(shown.length / ETA));
  const last = Math.max(1, shown.length - 1);
  const lines = shown.map((own, rank): ParallelLine => ({
    places: [...space.map((dimension) => placeIn(dimension, own.point[dimension.name])), rank / last],
    kind: own === best ? "best" : rank < good ? "good" : "other",
  }));
  const ends = [shown[0]!, shown.at(-1)!].map((own) => valueText(ledger)(valueOf(own)!));
  const result: ParallelAxis = { name: titleOf(sweep), marks: [{ at: 0, text: `best ${ends[0]}` }, { at: 1, text: `worst ${ends[1]}` }] }; // prettier-ignore
  return parallelPlot({
    title: "Options and result of each trial",
    subtitle: "A line is a trial: the best in orange, the best third in blue. Results stand in their order, the best on the left.",
    description: `${shown.length} trials; the best has ${showPoint(best.point)}.`,
    axes: [...space.map((dimension) => ({ name: dimension.name, marks: marksOf(dimension) })), result],
    lines,
  }); // prettier-ignore
}
