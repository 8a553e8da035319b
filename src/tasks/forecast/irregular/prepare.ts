import { tensor } from "sluice";
import { columnOf, observations, readTable, standardScaler, type DataSource, type Observations, type Scaler, type Table } from "../../../data/index.js"; // prettier-ignore
import { check, show } from "../../../util/errors.js";
import { nearest } from "../../../util/checks.js";
import { readingOf } from "../../common-options.js";
import { epochRandom } from "../../epoch-random.js";
import { inPasses } from "../../passes.js";
import { usualGap } from "../../irregular.js";
import type { Prepared, TaskContext, TrainingData } from "../../task.js";
import type { ForecastOptions } from "../options.js";
import { gridOf, type GridSeries } from "./grid.js";
import { fitFilled } from "./linear.js";
import { judgeOf, measureIrregular } from "./measure.js";
import { irregularNetwork } from "./network.js";
import { checkWindows, IrregularPipeline, observed } from "./pipeline.js";
import { lengthOf, refuseOthers, showLength, type IrregularPlan, type Layout } from "./plan.js";
import { IrregularSamples } from "./samples.js";

const WHERE = "forecast";
/** Steps that the network sees by default. */
const LOOKBACK = 48;

/** Series that were observed at uneven times, or in part: everything but the trained weights. */
export async function prepareIrregular(
  source: DataSource,
  options: ForecastOptions,
  context: TaskContext,
): Promise<Prepared<IrregularPipeline>> {
  refuseOthers(WHERE, options);
  const reading = readingOf(options);
  const table = await readTable(source, reading);
  const testTable = options.testData === undefined ? null : await readTable(options.testData, reading);
  const { plan, seen } = planOf(table, options);
  const { grids, lost } = gridOf(seen, plan);
  if (lost > 0) context.warn(`${WHERE}: ${lost} observations share a step of ${showLength(plan.every, plan.dates)} with a later one of their variable, which counts`); // prettier-ignore
  const shares = borders(options);
  const scaler = fitScaler(table, grids, plan, shares[0]!);
  const within = (from: number, to: number) => IrregularSamples.within(grids, plan, scaler, { from, to });
  const parts = {
    training: within(0, shares[0]!),
    validation: within(shares[0]!, shares[1]!),
    test: within(shares[1]!, 1),
  };
  for (const [name, samples] of Object.entries(parts)) {
    if (name !== "test" || testTable === null) checkWindows(WHERE, table.source, samples, `the ${name} part of `);
  }
  const pipeline = new IrregularPipeline(plan, scaler, fitFilled(parts.training, parts.validation));
  const { epochs, batchSize, patience } = options;
  return {
    pipeline,
    model: irregularNetwork(options, plan),
    train: trainingData(parts.training, options, context.initialEpoch ?? 0),
    validation: trainingData(parts.validation, options),
    fit: { epochs, batchSize, patience, monitor: "val_loss", mode: "min", startCounts: plan.residual },
    settings: { ...options, lookback: plan.lookback, residual: plan.residual },
    facts: factsOf(table, grids, plan, parts),
    judge: judgeOf(plan),
    validate: (model) => measureIrregular(model, parts.validation, "validation", plan, pipeline.linear),
    test: (model) =>
      testTable === null
        ? measureIrregular(model, parts.test, "test", plan, pipeline.linear)
        : pipeline.measureTable(model, testTable, testTable.source),
  };
}

function planOf(table: Table, options: ForecastOptions): { plan: IrregularPlan; seen: Observations } {
  const { target: targets, time, id = null, variable = null, value = null, horizon, stride, loss } = options;
  const layout: Layout = { time: time!, id, variable, value };
  check((variable === null) === (value === null), () => `${WHERE}: variable and value belong together, one names the column of the other's name`); // prettier-ignore
  const known = knownVariables(table, layout);
  for (const name of targets) {
    const hint = nearest(name, known);
    check(known.includes(name), () => `${WHERE}: ${table.source} has no observation of ${show(name)}; ${hint ? `did you mean ${show(hint)}?` : `there are ${known.join(", ")}`}`); // prettier-ignore
  }
  const past = options.past === "all" ? known.filter((name) => !targets.includes(name)) : (options.past ?? []);
  const variables = [...targets, ...past];
  const twice = variables.find((name, i) => variables.indexOf(name) < i);
  check(
    twice === undefined,
    () => `${WHERE}: ${show(twice)} has two parts; target and past must name different variables`,
  );
  const seen = observed(WHERE, table, { layout, variables });
  const { dates } = seen;
  const every =
    options.every === undefined
      ? usualGap(seen.series.map(({ times }) => times))
      : lengthOf(WHERE, options.every, dates);
  const { lookback = LOOKBACK, residual = true } = options;
  const absolute = loss !== "meanSquaredError";
  const plan = {
    reading: readingOf(options),
    layout,
    variables,
    targets,
    lookback,
    horizon,
    stride,
    every,
    dates,
    residual,
    absolute,
  };
  return { plan, seen };
}

/** All that a table observes. */
function knownVariables(table: Table, { time, id, variable, value }: Layout): readonly string[] {
  if (variable === null) {
    columnOf(WHERE, table, time);
    return table.columns.filter((c) => c.type === "number" && c.name !== time && c.name !== id).map((c) => c.name);
  }
  return observations(table, { time, id: id ?? undefined, variable, value: value! }, WHERE).variables;
}

/** Where training and validation end, as shares of the steps. */
function borders({ validation, test, testData }: ForecastOptions): [number, number] {
  if (testData !== undefined) return [1 - validation, 1];
  check(validation + test < 1, () => `${WHERE}: validation ${validation} and test ${test} leave nothing to train on; together they must be below 1`); // prettier-ignore
  return [1 - validation - test, 1 - test];
}

/** On what was observed in the training part. */
function fitScaler(table: Table, grids: readonly GridSeries[], { variables }: IrregularPlan, share: number): Scaler {
  const D = variables.length;
  const values = grids.flatMap((grid) => Array.from(grid.values.subarray(0, Math.floor(share * grid.T) * D)));
  for (const [d, name] of variables.entries()) {
    let some = false;
    for (let i = d; i < values.length && !some; i += D) some = !Number.isNaN(values[i]!);
    check(some, () => `${WHERE}: the training part of ${table.source} has no observation of ${show(name)}`);
  }
  return standardScaler().fit(tensor(Float64Array.from(values), [values.length / D, D], "float64"));
}

/** Numbers of a part that are laid out at once, 128 MB in float32; larger ones come batch by batch. */
const IN_MEMORY = 32e6;

/** @param initialEpoch of the training part, whose windows have another order in each epoch; those of validation keep theirs */
function trainingData(
  samples: IrregularSamples,
  { batchSize, seed }: ForecastOptions,
  initialEpoch?: number,
): TrainingData {
  const { lookback, variables } = samples.sizes;
  const pairOf = (indices: Int32Array) => [samples.inputs(indices), samples.targets(indices)] as const;
  const inOrder = () => Int32Array.from({ length: samples.count }, (_, i) => i);
  if (samples.count * lookback * 3 * variables.length <= IN_MEMORY) return pairOf(inOrder());
  const steps = Math.ceil(samples.count / batchSize);
  return inPasses(
    steps,
    function* (epoch) {
      const order = inOrder();
      if (initialEpoch !== undefined) epochRandom(seed, epoch).shuffle(order);
      for (let first = 0; first < order.length; first += batchSize) yield pairOf(order.slice(first, first + batchSize));
    },
    initialEpoch,
  );
}

function factsOf(
  table: Table,
  grids: readonly GridSeries[],
  { variables, layout, every, dates }: IrregularPlan,
  parts: Readonly<Record<string, IrregularSamples>>,
): [string, string][] {
  const D = variables.length;
  const shares = variables.map((name, d) => {
    let [seen, steps] = [0, 0];
    for (const { values, T } of grids) {
      steps += T;
      for (let i = d; i < values.length; i += D) seen += Number(!Number.isNaN(values[i]!));
    }
    return `${name} ${((100 * seen) / steps).toFixed(0)} %`;
  });
  const series = layout.id === null ? [] : [["series", `${grids.length}, by ${layout.id}`] as [string, string]];
  const windows = Object.entries(parts).map(([name, { count }]): [string, string] => [
    `${name} part`,
    `${count} windows`,
  ]);
  return [["rows", String(table.length)], ...series, ["step", showLength(every, dates)], ["steps observed", shares.join(", ")], ...windows]; // prettier-ignore
}
