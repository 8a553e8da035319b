/** Which windows train, which decide and which test: in order of time, never sharing a step of a horizon. */
import { timeSplit, type CalendarCycle } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { longestName, type Frame, type Series } from "./frame.js";
import type { ForecastOptions } from "./options.js";
import { firstSteps, rowsNeeded, settingsOf, type ForecastPlan } from "./pipeline.js";
import { windowsOf } from "./samples.js";
import type { Step } from "./steps.js";

/** Of training, validation, where `calibrated` says so calibration, and test where it is a part of the data. */
export interface Shares {
  readonly shares: readonly number[];
  readonly calibrated: boolean;
}

/** Indices into the windows of a frame. */
export interface Parts {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  /** What corrects quantiles: a part of its own between validation and test, or the validation part. */
  readonly calibration: Int32Array;
  /** Empty where the test data are a file of their own. */
  readonly test: Int32Array;
  /** By series, the steps of the training part; those of a series that begins later are its first lookback. */
  readonly spans: readonly Series[];
  /** By series, the end of its training windows; its beginning where it has none. */
  readonly trainEnds: readonly number[];
}

type Plan = Omit<ForecastPlan, "naive">;

/**
 * The borders are moments where there are dates, the same for all series, else steps of each. The lookback of validation and test
 * reaches over the border into what is known by then, as it will when the model is used; horizons never do.
 * @throws SluiceError when a part would hold no window
 */
export function partsOf(where: string, frame: Frame, plan: Plan, { shares, calibrated }: Shares): Parts {
  checkLengths(where, frame, plan, shares);
  const names = [...plan.roles.targets, ...plan.roles.past, ...plan.roles.future];
  const bare = { ...settingsOf({ ...plan, cycles: [] as CalendarCycle[] }) };
  const columns = Object.fromEntries(names.map((name) => [name, frame.columns[name]!]));
  const all = windowsOf(frame, bare, columns);
  const indexOf = new Map(Array.from({ length: all.length }, (_, i) => [all.place(i).rows[0]!, i]));
  const [train, validation, ...rest] = timeSplit(all, shares, { reachBack: true }).map((part) => {
    return Int32Array.from({ length: part.length }, (_, i) => indexOf.get(part.place(i).rows[0]!)!);
  });
  const trainEnds = frame.series.map((s) => s.begin);
  for (const i of train!) {
    const { id, rows } = all.place(i);
    trainEnds[id as number] = Math.max(trainEnds[id as number]!, rows.at(-1)! + 1);
  }
  const spans = frame.series.map((s, i) => {
    return trainEnds[i] === s.begin ? firstSteps([s], plan)[0]! : { ...s, end: trainEnds[i]! };
  });
  const [calibration, test = new Int32Array(0)] = calibrated ? rest : [validation!, ...rest];
  return { train: train!, validation: validation!, calibration: calibration!, test, spans, trainEnds };
}

/** By the longest series; what unequal dates of several may still leave empty, timeSplit refuses. */
function checkLengths(where: string, frame: Frame, plan: Plan, shares: readonly number[]): void {
  const { name, rows } = longestName(frame);
  const needs = shares.map((share, k) => (k === 0 ? rowsNeeded(plan) : plan.horizon) / share);
  const least = Math.ceil(Math.max(...needs)) + 1;
  const fits = shares.every((share, k) => Math.floor(share * rows) >= (k === 0 ? rowsNeeded(plan) : plan.horizon));
  check(fits, () => {
    const parts = shares.map((share) => `${Math.round(100 * share)} %`).join(", ");
    return `${where}: ${name} has ${rows} ${rows === 1 ? "row" : "rows"}; lookback ${plan.lookback} and horizon ${plan.horizon} with parts of ${parts} need about ${least}`;
  });
}

const DAY = 86_400_000;

/** Cycles that these dates can show: finer than the cycle, and at least two turns of it. */
export function cyclesOf({ times }: Frame, step: Step | null): CalendarCycle[] {
  if (times === null || step === null) return [];
  let [first, last] = [Infinity, -Infinity];
  for (const time of times) [first, last] = [Math.min(first, time), Math.max(last, time)];
  const span = last - first;
  const days = step.unit === "milliseconds" ? step.count / DAY : step.unit === "months" ? 30 * step.count : 1;
  const cycles: [CalendarCycle, boolean][] = [
    ["hour", days <= 0.25 && span >= 2 * DAY],
    ["weekday", days <= 1 && span >= 14 * DAY],
    ["month", days > 27 && days < 180 && span >= 730 * DAY],
    ["dayOfYear", days <= 7 && span >= 730 * DAY],
  ];
  return cycles.filter(([, fits]) => fits).map(([cycle]) => cycle);
}

/** Two seasons, 30 to 120 steps, two horizons at least; less for series whose training part is short. */
export function defaultLookback(
  frame: Frame,
  { horizon }: ForecastOptions,
  season: number | null,
  trainShare: number,
): number {
  const longest = frame.series.reduce((most, { begin, end }) => Math.max(most, end - begin), 0);
  const wanted = Math.min(120, Math.max(30, 2 * (season ?? 1), 2 * horizon));
  return Math.max(1, Math.min(wanted, Math.floor((trainShare * longest - horizon) / 3)));
}
