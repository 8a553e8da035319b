import type { DataSource, ReadOptions } from "../../data/index.js";
import { textsOf } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { readingOf } from "../common-options.js";
import { fitParts, MixedEncoder, SEVERAL_KINDS } from "../mixed/encoder.js";
import { fuse } from "../mixed/fuse.js";
import { isThere, type Columns, type MixedItem } from "../mixed/columns.js";
import { readMixed } from "../mixed/read.js";
import type { Encoder, Fitted, Modality, RawForm, TrainingPart } from "./encoder.js";
import type { ClassifyOptions } from "./options.js";
import { mixedRival, mixedRivals } from "./mixed-rivals.js";
import type { Samples } from "./samples.js";

interface Config {
  readonly label: string;
}

/** Samples whose columns are of several kinds. */
class MixedSamples implements Encoder<MixedItem> {
  readonly kind = "mixed";
  readonly of = "samples";

  constructor(
    readonly inner: MixedEncoder,
    private readonly config: Config,
  ) {}

  static revive(saved: unknown): MixedSamples {
    const { label, inputs } = (saved ?? {}) as Partial<Config> & { inputs?: unknown };
    check(typeof label === "string", () => `classify: the saved samples must name the label, got ${show(saved)}`);
    return new MixedSamples(MixedEncoder.revive("classify", inputs), { label });
  }

  read(where: string, source: DataSource, labelled: boolean, reading: ReadOptions): Promise<Samples<MixedItem>> {
    return readSamples(where, source, this.inner, this.config.label, labelled, reading);
  }

  isEmpty(item: MixedItem): boolean {
    return this.inner.isEmpty(item);
  }

  encode(items: readonly MixedItem[]) {
    return this.inner.encode(items);
  }

  namesOf({ items }: Samples<MixedItem>) {
    return this.inner.namesOf(items);
  }

  get form(): RawForm {
    return this.inner.form;
  }

  readonly pieces = SEVERAL_KINDS;

  toJSON(): object {
    return { ...this.config, inputs: this.inner.toJSON() };
  }
}

export const mixed: Modality<MixedItem> = {
  kind: "mixed",
  of: "samples",
  // Those of texts, which decide most where there are some.
  defaults: { units: [32], pooling: "max", dropout: 0.3, epochs: 30, learningRate: 0.001, patience: 5 },
  mostInBatch: 64,
  read(where, source, options, labelled) {
    const columns = columnsOf(where, options);
    const audio = { mels: options.mels, sampleRate: undefined };
    return readSamples(where, source, new MixedEncoder(columns, audio, []), options.label, labelled, readingOf(options)); // prettier-ignore
  },
  isEmpty: (item) => !Object.values(item).some(isThere),
  fit: fitMixed,
  revive: (saved) => MixedSamples.revive(saved),
  rivalOf: (saved, encoder, labels) => mixedRival(saved, (encoder as MixedSamples).inner, labels),
};

function columnsOf(where: string, { inputs, label }: ClassifyOptions): Columns {
  check(!Object.hasOwn(inputs!, label), () => {
    return `${where}: the label ${show(label)} is among the inputs; the answer would stand in the question`;
  });
  return inputs!;
}

async function readSamples(
  where: string,
  source: DataSource,
  encoder: MixedEncoder,
  label: string,
  labelled: boolean,
  reading: ReadOptions,
): Promise<Samples<MixedItem>> {
  const { columns, audio } = encoder;
  const { table, items, sampleRate } = await readMixed(where, source, columns, reading, audio, labelled ? [label] : []);
  return {
    source: table.source,
    items,
    labels: labelled ? textsOf(where, table, label) : items.map(() => null),
    references: items.map((item) => encoder.referenceOf(item)),
    placeOf: (i) => table.placeOf(i),
    ...(sampleRate !== undefined && { sampleRate }),
  };
}

function fitMixed(
  { items, truth, labels }: TrainingPart<MixedItem>,
  options: ClassifyOptions,
  { sampleRate }: Samples<MixedItem>,
): Fitted<MixedItem> {
  const fitted = fitParts("classify", options.inputs!, { items, classes: { truth, labels } }, options);
  const parts = fitted.map(({ part }) => part);
  const encoder = new MixedEncoder(options.inputs!, { mels: options.mels, sampleRate }, parts);
  const { inputs, joined, initial } = fuse("classify", fitted, options);
  return {
    encoder: new MixedSamples(encoder, { label: options.label }),
    settings: {},
    facts: fitted.flatMap(({ facts }) => facts),
    warnings: [],
    input: inputs,
    joined,
    initial,
    rivals: () => mixedRivals(encoder, { items, truth, labels }, options),
  };
}
