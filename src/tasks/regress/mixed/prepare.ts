import { layers, model, tensor, Tensor } from "sluice";
import { numbersOf, standardScaler, type DataSource } from "../../../data/index.js";
import { check, show } from "../../../util/errors.js";
import { bestRidge } from "../best-ridge.js";
import { readingOf } from "../../common-options.js";
import { isThere, type MixedItem } from "../../mixed/columns.js";
import { fitParts, MixedEncoder } from "../../mixed/encoder.js";
import { fuse } from "../../mixed/fuse.js";
import type { FittedPart } from "../../mixed/part.js";
import { readMixed, type MixedTable } from "../../mixed/read.js";
import { optimizerOf } from "../../network.js";
import type { Prepared, TaskContext } from "../../task.js";
import type { RegressOptions } from "../options.js";
import { splitOf } from "../split.js";
import { flatRows } from "./flat.js";
import { MixedRegression } from "./pipeline.js";

const WHERE = "regress";

/** A number from columns of several kinds. Everything fitted is fitted on the training part. */
export async function prepareMixed(
  source: DataSource,
  options: RegressOptions,
  context: TaskContext,
): Promise<Prepared<MixedRegression>> {
  const { target, inputs, mels } = options;
  checkOptions(options);
  const read = (from: DataSource) =>
    readMixed(WHERE, from, inputs!, readingOf(options), { mels, sampleRate: undefined });
  const given = await read(source);
  const { items, truth, placed } = known(given, target, context);
  const tested = options.testData === undefined ? null : known(await read(options.testData), target, context);
  const split = splitOf(WHERE, items.length, "rows", options);
  const pick = (places: Int32Array) => Array.from(places, (i) => items[i]!);
  const truthOf = (places: Int32Array) => Float64Array.from(places, (i) => truth[i]!);
  const [train, validation] = [pick(split.train), pick(split.validation)];
  const y = truthOf(split.train);
  check(y.some((value) => value !== y[0]), () => {
    return `${WHERE}: target ${show(target)} of ${placed} is ${y[0]} all through the training part; there is nothing to learn`;
  }); // prettier-ignore
  const fitted = fitParts(WHERE, inputs!, { items: train }, options);
  const encoder = new MixedEncoder(inputs!, { mels, sampleRate: given.sampleRate }, fitted.map(({ part }) => part)); // prettier-ignore
  const scaler = standardScaler().fit(column(y));
  const scaled = (values: Float64Array) => scaler.transform(column(values)).data as Float64Array;
  const [known1, known2] = [flatRows(encoder, train), flatRows(encoder, validation)];
  const ridge = bestRidge(known1, scaled(y), known2, scaled(truthOf(split.validation)));
  const pipeline = new MixedRegression({ reading: readingOf(options), target, encoder, scaler, ridge });
  const batches = (samples: readonly MixedItem[], values: Float64Array) => {
    return [encoder.encode(samples), Tensor.of(Float32Array.from(scaled(values)), [values.length, 1])] as const;
  };
  const { epochs, batchSize, patience } = options;
  return {
    pipeline,
    model: networkOf(fitted, options),
    train: batches(train, y),
    validation: batches(validation, truthOf(split.validation)),
    fit: { epochs, batchSize, patience, monitor: "val_loss", mode: "min" },
    settings: options,
    facts: [
      ["data", placed],
      ["rows", `${train.length} / ${validation.length} / ${tested ? "another file" : split.test.length} (training / validation / test)`],
      ...fitted.flatMap(({ facts }) => facts),
    ], // prettier-ignore
    validate: (m) => pipeline.judge(m, validation, truthOf(split.validation), "validation"),
    test: (m) =>
      tested
        ? pipeline.judge(m, tested.items, tested.truth, tested.placed)
        : pipeline.judge(m, pick(split.test), truthOf(split.test), "test"),
  };
}

function checkOptions({ target, inputs, features, id }: RegressOptions): void {
  check(features === undefined && id === undefined, () => {
    return `${WHERE}: give inputs, or features and id, not both: inputs says which columns are read and as what`;
  });
  check(!Object.hasOwn(inputs!, target), () => {
    return `${WHERE}: the target ${show(target)} is among the inputs; the answer would stand in the question`;
  });
}

/** The rows with a target and with something to find it out from. */
function known({ table, items }: MixedTable, target: string, { warn }: TaskContext) {
  const values = numbersOf(WHERE, table, target);
  const all = items.map((_, i) => i);
  const bare = all.filter((i) => !Number.isFinite(values[i]));
  const empty = all.filter((i) => Number.isFinite(values[i]) && !Object.values(items[i]!).some(isThere));
  for (const [rows, what] of [[bare, "a target"], [empty, "anything in the inputs"]] as const)
    if (rows.length > 0) warn(`${table.source}: left out ${rows.length} without ${what}, first ${table.placeOf(rows[0]!)}`); // prettier-ignore
  const gone = new Set([...bare, ...empty]);
  const kept = all.filter((i) => !gone.has(i));
  return { items: kept.map((i) => items[i]!), truth: Float64Array.from(kept, (i) => values[i]!), placed: table.source };
}

function networkOf(fitted: readonly FittedPart[], options: RegressOptions) {
  const { inputs, joined } = fuse(WHERE, fitted, options);
  const outputs = layers.dense({ units: 1, name: "head" }).apply(joined);
  const network = model({ inputs: [...inputs], outputs, seed: options.seed, name: "regress" });
  network.compile({ optimizer: optimizerOf(options), loss: "meanSquaredError", metrics: ["mae"] });
  return network;
}

const column = (values: Float64Array) => tensor(values, [values.length, 1], "float64");
