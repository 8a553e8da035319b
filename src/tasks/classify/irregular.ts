import { input, layers, tensor, type SymbolicTensor } from "sluice";
import { standardScaler } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { gruDStack, usualGap } from "../irregular.js";
import type { Fitted, Modality, TrainingPart } from "./encoder.js";
import { IrregularEncoder } from "./irregular-encoder.js";
import { irregularLayout, readIrregular, type ObservedSequence } from "./irregular-reader.js";
import { irregularRival, irregularRivals } from "./irregular-rivals.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";
import { PADDING } from "./series-encoder.js";

/** Longest sequences that are read whole by default. */
const LONGEST = 1000;

/** Sequences that were observed at uneven times, or in part. */
export const irregular: Modality<ObservedSequence> = {
  kind: "irregular",
  of: "sequences",
  // Validation parts of Japanese vowels, half of the points removed.
  defaults: { units: [64], pooling: "maxLast", dropout: 0.2, epochs: 200, learningRate: 0.003, patience: 30 },
  mostInBatch: 32,
  read: (where, source, options, labelled) =>
    readIrregular(where, source, irregularLayout(options), labelled, readingOf(options)),
  isEmpty: ({ values }) => values.every((value) => Number.isNaN(value)),
  fit: fitIrregular,
  revive: (saved) => IrregularEncoder.revive(saved),
  rivalOf: (saved, encoder, labels) =>
    irregularRival(saved, labels, (item) => (encoder as IrregularEncoder).scaled(item)),
};

function fitIrregular(
  part: TrainingPart<ObservedSequence>,
  options: ClassifyOptions,
  samples: Samples<ObservedSequence>,
): Fitted<ObservedSequence> {
  const { variables } = samples as Samples<ObservedSequence> & { variables: readonly string[] };
  const { items } = part;
  const D = variables.length;
  const values = Float64Array.from(items.flatMap((item) => Array.from(item.values)));
  const shares = variables.map((_, d) => shareOf(values, D, d));
  const never = shares.indexOf(0);
  check(never < 0, () => `classify: the training part has no observation of ${show(variables[never])}; leave it out with features`); // prettier-ignore
  const scaler = standardScaler().fit(tensor(values, [values.length / D, D], "float64"));
  const lengths = items.map(({ times }) => times.length).sort((a, b) => a - b);
  const longest = lengths.at(-1)!;
  const maxLength = options.maxLength ?? Math.min(longest, LONGEST);
  const { keep } = options;
  const layout = { ...irregularLayout(options), features: variables };
  const unit = usualGap(items.map(({ times }) => times));
  const encoder = new IrregularEncoder(scaler, { layout, unit, maxLength, keep, dated: samples.dated ?? true });
  const x = input({ shape: [null, 3 * D] });
  const longer = lengths.filter((length) => length > maxLength).length;
  return {
    encoder,
    settings: { maxLength },
    facts: [
      ["steps of a sequence", `${lengths[0]} to ${longest}, median ${lengths[lengths.length >> 1]!}`],
      ["variables", `${D}, ${percent(Math.min(...shares))} to ${percent(Math.max(...shares))} of the steps observed`],
    ],
    warnings: longer > 0 ? [`${longer} sequences are longer than ${maxLength} steps: the ${keep} of them is read`] : [],
    input: x,
    joined: summarised(layers.masking({ maskValue: PADDING }).apply(x), options),
    initial: {},
    rivals: () => irregularRivals(part, (item) => encoder.scaled(item)),
  };
}

/** What is taken of the steps, with dropout. */
function summarised(steps: SymbolicTensor, options: ClassifyOptions): SymbolicTensor {
  const { sequences, last } = gruDStack(steps, options);
  const max = () => layers.globalMaxPooling1d().apply(sequences);
  const taken = {
    last: () => last,
    mean: () => layers.globalAveragePooling1d().apply(sequences),
    max,
    maxLast: () => layers.concatenate().apply([max(), last]),
  }[options.pooling]();
  return options.dropout > 0 ? layers.dropout({ rate: options.dropout }).apply(taken) : taken;
}

/** Share of the steps at which a variable was observed. */
function shareOf(values: Float64Array, D: number, d: number): number {
  let observed = 0;
  for (let i = d; i < values.length; i += D) observed += Number(!Number.isNaN(values[i]!));
  return observed / (values.length / D);
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
