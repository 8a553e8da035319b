import type { Model } from "sluice";
import { observations, readTable, revivePreprocessor, type DataSource, type Observations, type Scaler, type Table } from "../../../data/index.js"; // prettier-ignore
import type { Evaluation } from "../../../runs/evaluation.js";
import { checkCount, checkOptions } from "../../../util/checks.js";
import { check, show } from "../../../util/errors.js";
import { MOST_NUMBERS, sayMissing } from "../../baselines/saved.js";
import { readingLike, splitReading, type Reading } from "../../common-options.js";
import type { Answer, Pipeline } from "../../task.js";
import type { Signature, View } from "../../view.js";
import { checkSteppable } from "../../views/steppable.js";
import { isoOf } from "../frame.js";
import { gridOf } from "./grid.js";
import type { FilledLinear } from "./linear.js";
import { foresee, measureIrregular } from "./measure.js";
import type { IrregularPlan } from "./plan.js";
import { IrregularSamples } from "./samples.js";

import { irregularSignature, irregularView, NOT_STEPPABLE } from "./view.js";

const WHERE = "forecast";

/** Raw observations in, forecasts in raw units out. */
export class IrregularPipeline implements Pipeline {
  readonly task = "forecast";
  readonly plan: IrregularPlan;
  readonly scaler: Scaler;
  /** Null where it was too large to be saved. */
  readonly linear: FilledLinear | null;

  constructor(plan: IrregularPlan, scaler: Scaler, linear: FilledLinear | null) {
    this.plan = plan;
    this.scaler = scaler;
    this.linear = linear;
  }

  static revive(saved: unknown): IrregularPipeline {
    const {
      irregular: plan,
      scaler,
      linear,
    } = (saved ?? {}) as {
      irregular?: IrregularPlan;
      scaler?: unknown;
      linear?: { weights: number[]; intercept: number[] } | null;
    };
    const fits = Array.isArray(plan?.targets) && Array.isArray(plan.variables) && plan.every > 0;
    check(fits, () => `${WHERE}: the saved preprocessing is not one of an irregular forecast: ${show(saved)}`);
    const lists = linear && {
      weights: Float64Array.from(linear.weights),
      intercept: Float64Array.from(linear.intercept),
    };
    return new IrregularPipeline(plan!, revivePreprocessor(scaler, "standardScaler"), lists ?? null);
  }

  toJSON(): object {
    const small = this.linear && this.linear.weights.length <= MOST_NUMBERS ? this.linear : null;
    const linear = small && { weights: [...small.weights], intercept: [...small.intercept] };
    return { irregular: this.plan, scaler: this.scaler.toJSON(), linear };
  }

  get reading(): Reading {
    return this.plan.reading;
  }

  /** The next `horizon` steps of each series, after the step of its last row. */
  async predict(model: Model, source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<Answer[]> {
    const where = `${WHERE}.predict`;
    const table = await readTable(source, readingLike(where, this.reading, options));
    const samples = this.#atEnds(where, table);
    const { grids } = samples;
    const { horizon, targets, layout, every, dates } = this.plan;
    const forecasts = await foresee(model, samples);
    const numeric = table.columns.find((c) => c.name === layout.id)?.type === "number";
    return grids.flatMap(({ id, start, T }, i) =>
      Array.from({ length: horizon }, (_, h): Answer => {
        const at = start + (T + h) * every;
        const whose = layout.id === null ? {} : { [layout.id]: numeric ? Number(id) : id };
        const values = targets.map((name, k) => [name, forecasts[(i * horizon + h) * targets.length + k]!] as const);
        return { ...whose, [layout.time]: dates ? isoOf(at) : at, ...Object.fromEntries(values) };
      }),
    );
  }

  #atEnds(where: string, table: Table): IrregularSamples {
    const { grids } = gridOf(observed(where, table, this.plan), this.plan);
    const samples = new IrregularSamples(grids, this.plan, this.scaler, []).atEnds();
    for (const [i, { id }] of grids.entries()) {
      const seen = samples.window(i).some((value) => !Number.isNaN(value));
      check(seen, () => `${where}: ${id === null ? table.source : `series ${show(id)} of ${table.source}`} has no observation in its last ${this.plan.lookback} steps`); // prettier-ignore
    }
    return samples;
  }

  /**
   * The windows whose forecasts `predict` gives: the last one of each series.
   * @param options of reading, and `windows`: that many windows at most, spread evenly over all whose horizon holds a truth
   */
  async view(model: Model, source: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const where = `${WHERE}.view`;
    const [given, chosen] = splitReading(options);
    checkOptions(where, chosen, ["windows"]);
    const table = await readTable(source, readingLike(where, this.reading, { ...given }));
    if (chosen["windows"] === undefined) return irregularView(model, this.#atEnds(where, table), this.plan);
    const { grids } = gridOf(observed(where, table, this.plan), this.plan);
    const samples = IrregularSamples.within(grids, this.plan, this.scaler, { from: 0, to: 1 });
    checkWindows(where, table.source, samples, "");
    return irregularView(model, samples, this.plan, checkCount(where, "windows", chosen["windows"]));
  }

  signature(): Signature {
    return irregularSignature(this.plan);
  }

  stepper(): never {
    return checkSteppable(NOT_STEPPABLE);
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const table = await readTable(source, readingLike(`${WHERE}.evaluate`, this.reading, options));
    const evaluation = await this.measureTable(model, table, part ?? table.source);
    return this.linear ? evaluation : sayMissing(evaluation, "the linear model");
  }

  /** Every window of a table that holds a truth. */
  measureTable(model: Model, table: Table, part: string): Promise<Evaluation> {
    const where = `${WHERE}.evaluate`;
    const { grids } = gridOf(observed(where, table, this.plan), this.plan);
    const samples = IrregularSamples.within(grids, this.plan, this.scaler, { from: 0, to: 1 });
    checkWindows(where, table.source, samples, "");
    return measureIrregular(model, samples, part, this.plan, this.linear);
  }
}

/** The variables of the plan, as the table holds them. */
export function observed(
  where: string,
  table: Table,
  { layout, variables }: Pick<IrregularPlan, "layout" | "variables">,
): Observations {
  const { time, id, variable, value } = layout;
  const long = variable === null ? {} : { variable, value: value ?? undefined, others: "leaveOut" as const };
  return observations(table, { time, id: id ?? undefined, ...long, variables }, where);
}

/** @throws SluiceError where there is no window */
export function checkWindows(where: string, source: string, samples: IrregularSamples, part: string): void {
  const { lookback, horizon } = samples.sizes;
  const longest = samples.grids.reduce((most, { T }) => Math.max(most, T), 0);
  check(samples.count > 0, () => {
    const needed = `lookback ${lookback} and horizon ${horizon} need ${lookback + horizon} steps with a target among the last ${horizon}`;
    return `${where}: ${part}${source} holds no window; ${needed}, and its longest series has ${longest}`;
  });
}
