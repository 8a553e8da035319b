import type { Model } from "sluice";
import { readTable, type CalendarCycle, type DataSource, type Table } from "../../data/index.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { check, show } from "../../util/errors.js";
import { checkCount, checkOptions } from "../../util/checks.js";
import { sayMissing } from "../baselines/saved.js";
import { readingLike, splitReading, type Reading } from "../common-options.js";
import type { Answer, Pipeline } from "../task.js";
import type { Signature, Stepper, View } from "../view.js";
import type { LinearForecaster } from "./autoregression.js";
import type { DeepArPlan } from "./deepar/settings.js";
import { reviveCorrections, type Corrections } from "./doubt/conformal.js";
import type { Doubt } from "./doubt/doubt.js";
import { frameOf, longestName, type Frame, type Series } from "./frame.js";
import { measure } from "./measure.js";
import { naiveError } from "./metrics.js";
import { predictAhead } from "./predict-ahead.js";
import type { Roles } from "./roles.js";
import { reviveLinear, savedLinear } from "./saved-linear.js";
import { Samples, windowsOf, type SampleSettings } from "./samples.js";
import { Scaling, type ScalerName } from "./scaling.js";
import { signatureOf, stepperOf } from "./stepper.js";
import type { Step } from "./steps.js";
import {
  calendarColumns,
  dropBeginnings,
  keepSteps,
  valuesOf,
  type Fill,
  type Transform,
  type Values,
} from "./values.js";
import { spread, viewAhead, viewWindows } from "./view.js";

const WHERE = "forecast";

/** Everything that is decided before training, as it is saved. */
export interface ForecastPlan {
  readonly reading: Reading;
  readonly roles: Roles;
  readonly lookback: number;
  readonly horizon: number;
  readonly stride: number;
  readonly cycles: readonly CalendarCycle[];
  readonly season: number | null;
  readonly step: Step | null;
  /** Whether the times are dates. Absent in files from before views. */
  readonly dated?: boolean;
  readonly scaler: ScalerName;
  readonly transform: Transform;
  readonly missing: Fill;
  readonly residual: boolean;
  readonly level: boolean;
  /** Null where only points are foreseen. Absent in files from before there was doubt. */
  readonly doubt?: Doubt | null;
  /** What DeepAR decided; null for the other models. */
  readonly deepar?: DeepArPlan | null;
  /** Judged by the absolute error, which training minimised. */
  readonly absolute: boolean;
  /** Error of the naive forecast in the training part, by series and target; null where there is none. */
  readonly naive: readonly { readonly id: string | null; readonly errors: readonly (number | null)[] }[];
}

/** Raw rows in, forecasts in raw units out. */
export class ForecastPipeline implements Pipeline {
  readonly task = "forecast";
  readonly plan: ForecastPlan;
  readonly scaling: Scaling;
  /** The simple baseline; null where it was too large to be saved. */
  readonly linear: LinearForecaster | null;
  /** Of the quantiles; null before `calibrate`, or where they are not corrected. */
  corrections: Corrections | null = null;

  constructor(plan: ForecastPlan, scaling: Scaling, linear: LinearForecaster | null) {
    this.plan = plan;
    this.scaling = scaling;
    this.linear = linear;
  }

  static revive(saved: unknown): ForecastPipeline {
    const { plan, scaling, linear, corrections } = (saved ?? {}) as {
      plan?: ForecastPlan;
      scaling?: unknown;
      linear?: unknown;
      corrections?: unknown;
    };
    check(
      Array.isArray(plan?.roles?.targets),
      () => `${WHERE}: the saved preprocessing is not one of a forecast: ${show(saved)}`,
    );
    const empty = scalingOf(plan);
    empty.restore(scaling);
    const pipeline = new ForecastPipeline(plan, empty, reviveLinear(WHERE, linear));
    pipeline.corrections = reviveCorrections(WHERE, corrections);
    return pipeline;
  }

  toJSON(): object {
    return {
      plan: this.plan,
      scaling: this.scaling.toJSON(),
      linear: this.linear && savedLinear(this.linear),
      ...(this.corrections && { corrections: this.corrections }),
    };
  }

  get reading(): Reading {
    return this.plan.reading;
  }

  get settings(): SampleSettings {
    return settingsOf(this.plan);
  }

  /**
   * The next `horizon` steps of each series, after its last row with a target. Rows with an empty target may follow: they bring the
   * covariates that are known in the future, and the dates.
   */
  async predict(
    model: Model,
    source: DataSource,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly Answer[]> {
    const where = `${WHERE}.predict`;
    const table = await readTable(source, readingLike(where, this.reading, options));
    return predictAhead(where, model, this, table, this.#rolesIn(table));
  }

  /**
   * The windows whose forecasts `predict` gives: the last one of each series.
   * @param options of reading, and `windows`: that many windows at most, spread evenly over all whose horizon lies in the data
   */
  async view(model: Model, source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const where = `${WHERE}.view`;
    const [given, chosen] = splitReading(options);
    checkOptions(where, chosen, ["windows"]);
    const table = await readTable(source, readingLike(where, this.reading, { ...given }));
    const roles = this.#rolesIn(table);
    if (chosen["windows"] === undefined) return viewAhead(where, model, this, table, roles);
    const most = checkCount(where, "windows", chosen["windows"]);
    const { samples, usable } = this.#windowsIn(where, table, roles);
    return viewWindows(where, model, this, { samples: samples.subset(spread(usable, most)), table, roles });
  }

  signature(model: Model): Signature {
    return signatureOf(this, model);
  }

  stepper(model: Model): Stepper {
    return stepperOf(this, model);
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const table = await readTable(source, readingLike(`${WHERE}.evaluate`, this.reading, options));
    const evaluation = await this.measureTable(model, table, part ?? table.source, this.linear);
    return this.linear ? evaluation : sayMissing(evaluation, "the linear autoregression");
  }

  /** Every window of a table, each with its truth. */
  measureTable(model: Model, table: Table, part: string, autoregression: LinearForecaster | null): Promise<Evaluation> {
    const { samples, usable } = this.#windowsIn(`${WHERE}.evaluate`, table, this.#rolesIn(table));
    return measure(model, samples.subset(usable), part, this.measureSettings(samples.values, autoregression));
  }

  #windowsIn(where: string, table: Table, roles: Roles): { samples: Samples; usable: Int32Array } {
    const frame = longEnough(where, dropBeginnings(frameOf(WHERE, table, roles), this.plan.missing), this.plan);
    const values = valuesOf(WHERE, frame, roles, this.plan);
    const scaling = this.scaling.covering(values.inputs, firstSteps(frame.series, this.plan));
    return { samples: new Samples(values, this.settings, scaling), usable: usableWindows(values, this.plan) };
  }

  measureSettings(values: Values, autoregression: LinearForecaster | null) {
    const { naive, season, absolute } = this.plan;
    const known = new Map(naive.map(({ id, errors }) => [id, errors.map((error) => error ?? NaN)]));
    const spans = values.frame.series.filter(({ id }) => !known.has(id));
    for (const { id, errors } of naiveErrors(values, spans, this.plan))
      known.set(
        id,
        errors.map((error) => error ?? NaN),
      );
    const { doubt = null, deepar = null } = this.plan;
    const corrections = () => this.corrections;
    return { season, absolute, autoregression, scaleOf: (id: string | null) => known.get(id)!, doubt, deepar, corrections }; // prettier-ignore
  }

  /** Dates are needed for the calendar only: without them the rows stand in order. */
  #rolesIn(table: Table): Roles {
    const { roles, cycles } = this.plan;
    const dated = roles.time !== null && table.columns.some((c) => c.name === roles.time);
    check(dated || cycles.length === 0, () => {
      return `${WHERE}: the model looks at the calendar (${cycles.join(", ")}), so ${table.source} must have the dates in column ${show(roles.time)}`;
    });
    return { ...roles, time: dated ? roles.time : null };
  }
}

export function scalingOf({ scaler, roles }: Pick<ForecastPlan, "scaler" | "roles">): Scaling {
  return new Scaling(scaler, roles.targets, [...roles.past, ...roles.future]);
}

export function settingsOf({ roles, cycles, ...plan }: Omit<ForecastPlan, "naive">): SampleSettings {
  const { lookback, horizon, stride, transform, residual, level } = plan;
  const past = [...roles.past, ...calendarColumns(cycles)];
  const counts = plan.doubt?.head === "negativeBinomial";
  return { lookback, horizon, stride, targets: roles.targets, past, future: roles.future, transform, residual, level, counts }; // prettier-ignore
}

type Spans = readonly { readonly id: string | null; readonly begin: number; readonly end: number }[];

/** What MASE is measured in, from these steps of each series; the mean where a series comes in pieces. */
export function naiveErrors(
  { raw }: Values,
  spans: Spans,
  { roles, season }: Pick<ForecastPlan, "roles" | "season">,
): ForecastPlan["naive"] {
  return [...new Set(spans.map((span) => span.id))].map((id) => ({
    id,
    errors: roles.targets.map((name) => {
      const pieces = spans.filter((span) => span.id === id).map(({ begin, end }) => raw[name]!.subarray(begin, end));
      const errors = pieces.map((piece) => naiveError(piece, season ?? 1)).filter((error) => !Number.isNaN(error));
      return errors.length === 0 ? null : errors.reduce((sum, error) => sum + error, 0) / errors.length;
    }),
  }));
}

/** Rows that a series needs for one window; a difference needs one before it. */
export function rowsNeeded({
  lookback,
  horizon,
  transform,
}: Pick<ForecastPlan, "lookback" | "horizon" | "transform">): number {
  return lookback + horizon + (transform === "difference" ? 1 : 0);
}

/** What a series that training did not have is scaled by where it is measured: the steps before its first forecast, which are known in all. */
export function firstSteps(series: readonly Series[], plan: Parameters<typeof rowsNeeded>[0]): Series[] {
  const known = rowsNeeded(plan) - plan.horizon;
  return series.map((s) => ({ ...s, end: s.begin + known }));
}

/** Without the series that are too short for a window; at least one must be left. */
export function longEnough(
  where: string,
  frame: Frame,
  plan: Pick<ForecastPlan, "lookback" | "horizon" | "transform">,
): Frame {
  const needed = rowsNeeded(plan);
  const kept = frame.series.filter(({ begin, end }) => end - begin >= needed);
  check(kept.length > 0, () => {
    const { name, rows } = longestName(frame);
    return `${where}: ${name} has ${rows} ${rows === 1 ? "row" : "rows"}; lookback ${plan.lookback} and horizon ${plan.horizon} need at least ${needed}`;
  });
  return keepSteps(frame, kept);
}

/** Windows whose inputs are all known and whose truth was in the data, not filled in. */
export function usableWindows(values: Values, plan: Omit<ForecastPlan, "naive">): Int32Array {
  const { frame, filled, inputs } = values;
  const windows = windowsOf(frame, settingsOf(plan), inputs);
  const all = Int32Array.from({ length: windows.length }, (_, i) => i);
  return all.filter((i) => {
    const { rows, id } = windows.place(i);
    if (plan.transform === "difference" && rows[0] === frame.series[id as number]!.begin) return false;
    return rows.subarray(plan.lookback).every((step) => filled[step] === 0);
  });
}
