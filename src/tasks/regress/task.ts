import { openFile } from "#disk";
import { tensor, Tensor } from "sluice";
import { readTable, standardScaler, type DataSource, type Table } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { readingOf, type Reading } from "../common-options.js";
import { pathOf } from "../source-name.js";
import type { Prepared, Task, TaskContext } from "../task.js";
import { bestRidge } from "./best-ridge.js";
import { RowEncoder } from "./encoder.js";
import { groupsOf, targetsOf, type Groups } from "./groups.js";
import { MixedRegression } from "./mixed/pipeline.js";
import { prepareMixed } from "./mixed/prepare.js";
import { regressNetwork } from "./network.js";
import { regressOptions, type RegressOptions } from "./options.js";
import { RegressPipeline } from "./pipeline.js";
import { rolesOf, type Roles } from "./roles.js";
import { inputsOf, samplesOf, takeSamples, type Samples } from "./samples.js";
import { splitOf, type Split } from "./split.js";

const WHERE = "regress";

/** Finds out a number from the other columns of a row, or from a sequence of rows. */
export const regressTask: Task<typeof regressOptions, RegressPipeline | MixedRegression> = {
  name: "regress",
  description: "Find out a number from the other columns of a table, or from sequences.",
  options: regressOptions,
  prepare,
  revive: (saved) => (isMixed(saved) ? MixedRegression.revive(saved) : RegressPipeline.revive(saved)),
};

async function prepare(
  source: DataSource,
  options: RegressOptions,
  context: TaskContext,
): Promise<Prepared<RegressPipeline | MixedRegression>> {
  return options.inputs === undefined ? prepareRows(source, options, context) : prepareMixed(source, options, context);
}

const isMixed = (saved: unknown) => typeof saved === "object" && saved !== null && "inputs" in saved;

async function prepareRows(
  source: DataSource,
  options: RegressOptions,
  context: TaskContext,
): Promise<Prepared<RegressPipeline>> {
  const reading = readingOf(options);
  const table = await readSmall(source, reading, options.memoryLimit);
  const roles = rolesOf(WHERE, table, options, (message) => context.warn(message));
  const groups = groupsOf(WHERE, table, roles);
  const truth = targetsOf(WHERE, table, groups, roles.target);
  const split = splitOf(WHERE, truth.length, groups.ids ? "sequences" : "rows", options);
  checkVaries(table.source, roles.target, pick(truth, split.train));
  const encoder = RowEncoder.fit(WHERE, table, rowsOf(groups, split.train), roles.features, options);
  const all = samplesOf(WHERE, table, groups, encoder);
  const scaler = standardScaler().fit(columnOf(pick(truth, split.train)));
  const y = scaler.transform(columnOf(truth)).data as Float64Array;
  const [train, validation] = [takeSamples(all, split.train), takeSamples(all, split.validation)];
  const ridge = bestRidge(train.flat, pick(y, split.train), validation.flat, pick(y, split.validation));
  const summary = options.linear && groups.ids !== null;
  const pipeline = new RegressPipeline({ reading, roles, encoder, scaler, ridge, summary });
  const settings = { ...options, features: roles.features.map(({ name }) => name) };
  const [D, sequences] = [encoder.width, groups.ids !== null];
  const testTable = options.testData === undefined ? null : await readTable(options.testData, reading);
  if (testTable) samplesOf(WHERE, testTable, groupsOf(WHERE, testTable, roles), encoder); // refused now, not after training
  const batches = ({ length }: Int32Array, samples: Samples, labels: Float64Array) =>
    [inputsOf(samples, summary), Tensor.of(Float32Array.from(labels), [length, 1])] as const;
  return {
    pipeline,
    model: regressNetwork(options, { D, sequences }, options.linear ? ridge : null),
    train: batches(split.train, train, pick(y, split.train)),
    validation: batches(split.validation, validation, pick(y, split.validation)),
    fit: {
      epochs: options.epochs,
      batchSize: options.batchSize,
      patience: options.patience,
      monitor: "val_loss",
      mode: "min",
      startCounts: options.linear,
    },
    settings,
    facts: factsOf(table, roles, groups, truth, split, D),
    validate: (m) => pipeline.judge(m, validation, pick(truth, split.validation), "validation"),
    test: (m) =>
      testTable
        ? pipeline.judgeTable(m, testTable, testTable.source)
        : pipeline.judge(m, takeSamples(all, split.test), pick(truth, split.test), "test"),
  };
}

async function readSmall(source: DataSource, reading: Reading, limit: number): Promise<Table> {
  const path = pathOf(source);
  if (path !== null) {
    const file = await openFile(WHERE, path);
    await file.close();
    check(file.size <= limit, () => {
      return `${WHERE}: ${path} has ${file.size} bytes, more than memoryLimit ${limit}; raise memoryLimit if it fits into memory, or train on some of its rows`;
    });
  }
  return readTable(source, reading);
}

function checkVaries(source: string, target: string, truth: Float64Array): void {
  check(
    truth.some((y) => y !== truth[0]),
    () => {
      return `${WHERE}: target ${show(target)} of ${source} is ${truth[0]} all through the training part; there is nothing to learn`;
    },
  );
}

/** The rows of some samples. */
function rowsOf({ order, begins }: Groups, samples: Int32Array): Int32Array {
  return Int32Array.from(Array.from(samples, (i) => [...order.subarray(begins[i], begins[i + 1])]).flat());
}

const pick = (values: Float64Array, places: Int32Array) => Float64Array.from(places, (i) => values[i]!);

const columnOf = (values: Float64Array) => tensor(values, [values.length, 1], "float64");

function factsOf(
  table: Table,
  { target, features }: Roles,
  { begins, ids }: Groups,
  truth: Float64Array,
  split: Split,
  D: number,
): readonly (readonly [string, string])[] {
  const figure = (n: number) => n.toLocaleString("en", { maximumSignificantDigits: 6 });
  const lengths = Array.from(truth, (_, i) => begins[i + 1]! - begins[i]!);
  const range = (values: ArrayLike<number>) => {
    const sorted = Float64Array.from(values).sort();
    const [low, high] = [sorted[0]!, sorted.at(-1)!];
    return low === high ? figure(low) : `${figure(low)} to ${figure(high)}`;
  };
  const what = ids ? "sequences" : "rows";
  return [
    ["data", table.source],
    ["rows", figure(table.length)],
    ...(ids ? ([["sequences", `${figure(ids.length)} of ${range(lengths)} rows`]] as const) : []),
    ["target", `${target}: ${range(truth)}`],
    ["features", `${features.map(({ name }) => name).join(", ")} (${D} numbers)`],
    ["training part", `${figure(split.train.length)} ${what}`],
    ["validation part", `${figure(split.validation.length)} ${what}`],
    ["test part", split.test.length > 0 ? `${figure(split.test.length)} ${what}` : "another file"],
  ];
}
