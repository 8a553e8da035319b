/** What the network sees of the past, where the options leave that to the data. */
import type { CalendarCycle } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { fitAutoregression, type Autoregression } from "./autoregression.js";
import type { Frame } from "./frame.js";
import type { ForecastOptions } from "./options.js";
import { cyclesOf, type Parts } from "./parts.js";
import { ForecastPipeline, naiveErrors, scalingOf, settingsOf, usableWindows, type ForecastPlan } from "./pipeline.js";
import { Samples } from "./samples.js";
import type { Scaling } from "./scaling.js";
import { valuesOf, type Values } from "./values.js";

const WHERE = "forecast";

/** The level must lower the squared error by this share to be seen. */
const GAIN = 0.01;

/** Numbers that the linear autoregression is fitted on at most; of larger parts evenly spaced windows. */
const FOR_LINEAR = 16e6;

type Plan = Omit<ForecastPlan, "naive">;

type PartName = "train" | "validation" | "calibration" | "test";

export interface Chosen {
  readonly pipeline: ForecastPipeline;
  readonly samples: Readonly<Record<PartName, Samples>>;
  readonly autoregression: Autoregression;
}

/**
 * Fits scalers and the linear autoregression. With "auto" the calendar and the level of the targets are looked at if they lower its
 * error on the validation part: a network that sees the level of a price is lost where the price has never been.
 */
export function chooseFeatures(frame: Frame, plan: Plan, parts: Parts, { calendar, level }: ForecastOptions): Chosen {
  if (Array.isArray(calendar) && calendar.length > 0)
    check(frame.times !== null, () => `${WHERE}: calendar needs a column of dates; name it with time`);
  check(
    level !== false || plan.residual,
    () => `${WHERE}: level false goes with residual true: what is foreseen must not depend on it`,
  );
  const given = calendar === "none" || calendar === "auto" ? [] : calendar;
  const offered = calendar === "auto" ? cyclesOf(frame, plan.step) : [];
  const levels = level !== "auto" ? [level] : plan.residual ? [false, true] : [true];
  const tried = levels.map((seen) => fitted(frame, { ...plan, level: seen }, parts, given, offered));
  const [first, second] = tried.map((one) => one.autoregression.error) as [number, number?];
  const best = tried[second !== undefined && second < (1 - GAIN) * first ? 1 : 0]!;
  const { level: seen } = best.pipeline.plan;
  return offered.length === 0 ? best : fitted(frame, { ...plan, level: seen }, parts, best.autoregression.cycles, []);
}

function fitted(
  frame: Frame,
  bare: Plan,
  parts: Parts,
  given: readonly CalendarCycle[],
  offered: readonly CalendarCycle[],
): Chosen {
  const plan = { ...bare, cycles: [...given, ...offered] };
  const values = valuesOf(WHERE, frame, plan.roles, plan, parts.trainEnds);
  const scaling = scalingOf(plan);
  const trained = parts.spans.filter((s, i) => s.end === parts.trainEnds[i]);
  scaling.fit(values.inputs, trained);
  const samples = partSamples(values, plan, parts, scaling);
  const { train, validation } = samples;
  const layout = { lookback: plan.lookback, horizon: plan.horizon, features: train.windows.features, future: plan.roles.future }; // prettier-ignore
  const autoregression = fitAutoregression(spaced(train), spaced(validation), layout, offered, given);
  const naive = naiveErrors(values, trained, plan);
  return { pipeline: new ForecastPipeline({ ...plan, naive }, scaling, autoregression), samples, autoregression };
}

function partSamples(values: Values, plan: Plan, parts: Parts, scaling: Scaling): Chosen["samples"] {
  const all = new Samples(values, settingsOf(plan), scaling.covering(values.inputs, parts.spans));
  const usable = new Set(usableWindows(values, plan));
  const of = (part: PartName) => all.subset(parts[part].filter((i) => usable.has(i)));
  const samples = {
    train: of("train"),
    validation: of("validation"),
    calibration: of("calibration"),
    test: of("test"),
  };
  const needed = (Object.keys(samples) as PartName[]).filter((part) => part !== "test" || parts.test.length > 0);
  for (const part of needed)
    check(samples[part].count > 0, () => `${WHERE}: the ${part} part has no window whose targets are all known`);
  return samples;
}

function spaced(samples: Samples) {
  const every = Math.ceil((samples.count * numbersOf(samples)) / FOR_LINEAR);
  return samples.batch(Int32Array.from({ length: Math.ceil(samples.count / every) }, (_, i) => i * every));
}

/** Numbers of one sample. */
export function numbersOf({ windows, settings }: Samples): number {
  return settings.lookback * windows.features.length;
}
