import { input, layers, tensor } from "sluice";
import { standardScaler, type DataSource } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import type { Fitted, Modality, TrainingPart } from "./encoder.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import { sequenceRival, sequenceRivals } from "./sequence-rivals.js";
import { PADDING, SeriesEncoder } from "./series-encoder.js";
import { layoutOf, readSeries } from "./series-reader.js";

/** Longest sequences that are read whole by default. */
const LONGEST = 1000;

/** The layout follows from the options and the name of the file. */
export const series: Modality<Sequence> = {
  kind: "series",
  of: "sequences",
  // Validation parts of Japanese vowels, movements (BasicMotions, GunPoint) and power demand; tiny sets need many epochs.
  // The largest values alone lose what stands at the end (power demand), the last ones alone what came early (GunPoint).
  defaults: {
    units: [64],
    pooling: "maxLast",
    dropout: 0.2,
    epochs: 200,
    learningRate: 0.003,
    patience: 30,
  },
  mostInBatch: 32,
  read: (where, source, options, labelled) =>
    readSeries(where, source, layoutOf(source, options), labelled, readingOf(options)),
  isEmpty: (item) => item.length === 0,
  fit: fitSeries,
  revive: (saved) => SeriesEncoder.revive(saved),
  rivalOf: (saved, encoder, labels) => sequenceRival(saved, labels, (item) => (encoder as SeriesEncoder).scaled(item)),
};

function fitSeries(
  part: TrainingPart<Sequence>,
  options: ClassifyOptions,
  samples: Samples<Sequence>,
  source: DataSource,
): Fitted<Sequence> {
  const { items } = part;
  const { D } = items[0]!;
  const odd = items.find((item) => item.D !== D);
  check(odd === undefined, () => `classify: sequences must have equally many features, got ${D} and ${odd!.D}`);
  const lengths = items.map(({ length }) => length).sort((a, b) => a - b);
  const longest = lengths.at(-1)!;
  const maxLength = options.maxLength ?? Math.min(longest, LONGEST);
  const values = Float64Array.from(items.flatMap((item) => Array.from(item.values)));
  const scaler = standardScaler().fit(tensor(values, [values.length / D, D], "float64"));
  const { missing, keep } = options;
  const layout = layoutOf(source, options);
  // Later files are read by these names, whatever other columns they have and in whatever order.
  const features = layout.layout === "long" ? (samples.features ?? null) : layout.features;
  const encoder = new SeriesEncoder(scaler, {
    layout: { ...layout, features },
    missing,
    maxLength,
    keep,
    D,
    dated: samples.dated ?? true,
  });
  const steps = input({ shape: [null, D] });
  const median = lengths[lengths.length >> 1]!;
  const longer = lengths.filter((length) => length > maxLength).length;
  return {
    encoder,
    settings: { maxLength },
    facts: [
      ["steps of a sequence", `${lengths[0]} to ${longest}, median ${median}`],
      ["features of a step", String(D)],
    ],
    warnings: longer > 0 ? [`${longer} sequences are longer than ${maxLength} steps: the ${keep} of them is read`] : [],
    input: steps,
    steps: layers.masking({ maskValue: PADDING }).apply(steps),
    initial: {},
    rivals: () => sequenceRivals(part, (item) => encoder.scaled(item)),
  };
}
