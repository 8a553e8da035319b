/** Forecasts: the windows as the network sees them, with names. */
import type { Model, Tensor } from "sluice";
import type { Table } from "../../data/index.js";
import { families } from "../../distributions/index.js";
import type { Answer } from "../task.js";
import type { View } from "../view.js";
import { viewOf, type NamedInput } from "../views/named.js";
import { startsAhead } from "./deepar/ahead.js";
import { shapeOf, startsOf } from "./deepar/outlook.js";
import { trainingBatch, type Start } from "./deepar/tracks.js";
import { timeWriter, type Frame, type Series } from "./frame.js";
import { ahead, outputNames } from "./output-names.js";
import type { ForecastPipeline, ForecastPlan } from "./pipeline.js";
import { inputsAhead, readPresent } from "./present.js";
import type { Roles } from "./roles.js";
import { inputsOf, type Samples, type SampleSettings } from "./samples.js";
import { calendarColumns } from "./values.js";

/** A window: its series, the step after its lookback, and the dates of its horizon. */
interface Window {
  readonly series: Series;
  readonly origin: number;
  readonly ahead: readonly string[];
}

/** How dates, or without these rows, are written. */
type Write = (step: number) => string;

/** The window at the end of each series, whose forecast `predict` gives. */
export function viewAhead(where: string, model: Model, pipeline: ForecastPipeline, table: Table, roles: Roles): View {
  const { plan } = pipeline;
  const present = readPresent(where, pipeline, table, roles);
  const { known, times } = present;
  const date = timeWriter(where, table, roles);
  const windows = known.series.map((series, i): Window => {
    const dates = times[i]?.map((time) => String(date(time)));
    return { series, origin: series.end, ahead: dates ?? ahead(plan.horizon) };
  });
  const write = stepWriter(known, date);
  if (plan.deepar) return deepArView(model, plan, startsAhead(plan, present, roles), known, windows, write);
  const x = inputsAhead(pipeline, present, roles);
  return directView(model, pipeline, x, known, roles, windows, write);
}

/** Windows of the past, spread evenly over all that can be measured. */
export function viewWindows(
  where: string,
  model: Model,
  pipeline: ForecastPipeline,
  { samples, table, roles }: { readonly samples: Samples; readonly table: Table; readonly roles: Roles },
): View {
  const { frame } = samples.values;
  const write = stepWriter(frame, timeWriter(where, table, roles));
  const { horizon } = pipeline.plan;
  const windows = Array.from({ length: samples.count }, (_, i): Window => {
    const origin = samples.origin(i);
    return {
      series: samples.seriesOf(i),
      origin,
      ahead: Array.from({ length: horizon }, (__, h) => write(origin + h)),
    };
  });
  const { plan } = pipeline;
  if (plan.deepar) return deepArView(model, plan, startsOf(samples, plan.deepar), frame, windows, write);
  return directView(model, pipeline, inputsOf(samples.batch()), frame, roles, windows, write);
}

function directView(
  model: Model,
  { plan, settings }: ForecastPipeline,
  x: Tensor | Tensor[],
  frame: Frame,
  roles: Roles,
  windows: readonly Window[],
  write: Write,
): View {
  const { lookback, horizon, doubt = null } = plan;
  const { targets, future, counts } = settings;
  const names = outputNames(targets, horizon, doubt);
  const seen = windows.map(({ origin }) => Array.from({ length: lookback }, (_, t) => write(origin - lookback + t)));
  const each = outputNames(targets, horizon, null);
  const inputs: NamedInput[] = [
    { kind: "series", steps: seen, features: featuresOf(settings) },
    ...(future.length > 0 ? [{ kind: "series" as const, steps: windows.map((w) => w.ahead), features: future }] : []),
    ...(counts ? [{ kind: "series" as const, steps: windows.map(() => each), features: ["scale of the mean", "scale of the dispersion"] }] : []), // prettier-ignore
  ];
  return viewOf(model, {
    x,
    references: windows.map((window) => referenceOf(frame, roles, window, write)),
    inputs,
    outputs: names.map((name) => ({ name })),
  });
}

/** The lookback and the first step of the horizon, whose distribution the last output is. */
function deepArView(
  model: Model,
  plan: ForecastPlan,
  starts: readonly Start[],
  frame: Frame,
  windows: readonly Window[],
  write: Write,
): View {
  const { lookback, horizon, cycles, roles } = plan;
  const shape = shapeOf(plan.deepar!, plan.doubt!, lookback, horizon);
  const [inputs] = trainingBatch(starts, { ...shape, horizon: 1 });
  const [target] = roles.targets as [string];
  const { lags, categories, residual } = plan.deepar!;
  const steps = windows.map(({ origin, ahead: [next] }) => {
    return [...Array.from({ length: lookback }, (_, t) => write(origin - lookback + t)), next!];
  });
  const covariates = [...roles.future, ...calendarColumns(cycles)];
  const features = [...lags.map((lag) => `${target} −${lag}`), ...covariates, "age", ...(residual ? ["level"] : [])];
  const said = categories.map((_, c): NamedInput => {
    const values = windows.map(({ series }) => [series.id, ...(series.categories ?? [])].filter((v) => v !== null)[c]!);
    return { kind: "tokens", steps: steps.map((own, i) => own.map(() => values[i]!)), features: [] };
  });
  const parameters = families[plan.doubt!.head as keyof typeof families].parameters;
  const beside: NamedInput[] = shape.counts || residual ? [{ kind: "series", steps, features: parameters }] : [];
  return viewOf(model, {
    x: inputs,
    references: windows.map((window) => referenceOf(frame, roles, window, write)),
    inputs: [{ kind: "series", steps, features }, ...said, ...beside],
    outputs: parameters.map((name) => ({ name: `${target} +1 ${name}` })),
  });
}

function stepWriter({ times, rows }: Frame, date: (time: number) => string | number): Write {
  return (step) => (times === null ? `row ${rows[step]! + 1}` : String(date(times[step]!)));
}

/** The series, and its last step that is seen. */
function referenceOf({ times }: Frame, { id, time }: Roles, { series, origin }: Window, write: Write): Answer {
  const last = write(origin - 1);
  return { ...(id !== null && { [id]: series.id }), [times === null ? "after" : time!]: last };
}

/** @returns at most so many, evenly spread */
export function spread(indices: Int32Array, most: number): Int32Array {
  if (indices.length <= most) return indices;
  return Int32Array.from({ length: most }, (_, i) => indices[Math.floor(((i + 0.5) * indices.length) / most)]!);
}

/** What the network reads of a row. */
export function featuresOf({ targets, past, future }: SampleSettings): string[] {
  return [...targets, ...past, ...future];
}
