import {
  forwardFill,
  interpolate,
  revivePreprocessor,
  type DataSource,
  type ReadOptions,
  type Scaler,
} from "../../data/index.js";
import { ragged, tensor, type Ragged } from "sluice";
import { checkCount } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { Field } from "../view.js";
import { numberField, numberIn, timeField } from "../views/fields.js";
import { numbered, type NamedInput } from "../views/named.js";
import type { Encoder, Pieces, RawForm } from "./encoder.js";
import type { ClassifyOptions } from "./options.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import { readSeries, type SeriesLayout } from "./series-reader.js";

/** What the network takes for padding where a program gives it arrays of equal length: far from any scaled value. */
export const PADDING = -1e6;

interface Config {
  readonly layout: SeriesLayout;
  readonly missing: ClassifyOptions["missing"];
  readonly maxLength: number;
  readonly keep: "start" | "end";
  /** Features of a step. */
  readonly D: number;
  /** Whether the times are dates; true where there are none. */
  readonly dated: boolean;
}

/** Numeric sequences to z-scores by feature, float32 [N, …, D] of unequal lengths. */
export class SeriesEncoder implements Encoder<Sequence> {
  readonly kind = "series";
  readonly of = "sequences";
  readonly config: Config;
  readonly #scaler: Scaler;

  constructor(scaler: Scaler, config: Config) {
    this.#scaler = scaler;
    this.config = config;
  }

  static revive(saved: unknown): SeriesEncoder {
    const where = "classify: the saved sequences";
    const { scaler, ...config } = (saved ?? {}) as Config & { scaler: unknown };
    const { layout, missing } = config;
    const fits =
      ["ts", "long", "wide"].includes(layout?.layout) && ["error", "interpolate", "forwardFill"].includes(missing);
    check(fits, () => `${where} must hold a layout and what becomes of missing numbers, got ${show(saved)}`);
    for (const name of ["maxLength", "D"] as const) checkCount(where, name, config[name]);
    return new SeriesEncoder(revivePreprocessor(scaler, "standardScaler"), {
      ...config,
      dated: config.dated !== false,
    });
  }

  read(where: string, source: DataSource, labelled: boolean, reading: ReadOptions): Promise<Samples<Sequence>> {
    return readSeries(where, source, this.config.layout, labelled, reading);
  }

  isEmpty(sequence: Sequence): boolean {
    return sequence.length === 0;
  }

  /** Filled in and scaled; what is missing before the first known value is the feature's mean, 0. */
  scaled(sequence: Sequence): Sequence {
    const { missing, D } = this.config;
    check(sequence.D === D, () => `classify: the model was trained on ${D} features a step, got ${sequence.D}`);
    const rows = tensor(Float64Array.from(sequence.values), [sequence.length, D], "float64");
    const filler = missing === "interpolate" ? interpolate() : forwardFill();
    const scaled = this.#scaler.transform(missing === "error" ? rows : filler.transform(rows));
    return { ...sequence, values: Array.from(scaled.data, (value) => (Number.isNaN(value) ? 0 : value)) };
  }

  encode(sequences: readonly Sequence[]): Ragged {
    return withinLength(
      sequences.map((sequence) => this.scaled(sequence)),
      this.config,
    );
  }

  namesOf(samples: Samples<Sequence>): NamedInput[] {
    return [{ kind: "series", steps: stepNames(samples, this.config), features: samples.features ?? this.#features }];
  }

  get form(): RawForm {
    const { layout } = this.config;
    const id: Field = { name: layout.id ?? "series", type: layout.id === null ? "number" : "text" };
    const time: Field[] =
      layout.layout === "long" && layout.time !== null ? [timeField(layout.time, this.config.dated)] : [];
    const inputs = [
      ...(layout.id === null ? [] : [id]),
      ...time,
      ...this.#features.map((name) => numberField(name, { optional: layout.gaps })),
    ];
    return { sample: "rows", inputs, rows: { least: 1, most: this.config.maxLength }, references: [id] };
  }

  get pieces(): Pieces {
    const names = this.#features;
    const { maxLength, D } = this.config;
    return {
      fields: names.map((name) => numberField(name)),
      rows: { least: 1, most: maxLength },
      width: D,
      encode: (row, frame, offset = 0) => {
        const values = Float64Array.from(names, (name) => numberIn("classify", row, name));
        frame.set(this.#scaler.transform(tensor(values, [1, D], "float64")).data, offset);
      },
    };
  }

  get #features(): readonly string[] {
    const { layout, D } = this.config;
    if (layout.layout === "wide") return ["value"];
    return layout.features ?? Array.from({ length: D }, (_, d) => `feature ${d + 1}`);
  }

  toJSON(): object {
    return { scaler: this.#scaler.toJSON(), ...this.config };
  }
}

/** The names of the steps that are read. */
export function stepNames(
  {
    items,
    stepsOf,
  }: { readonly items: readonly { readonly length: number }[]; stepsOf?: (i: number) => readonly string[] },
  { maxLength, keep }: { readonly maxLength: number; readonly keep: "start" | "end" },
): (readonly string[])[] {
  return items.map(({ length }, i) => {
    const names = stepsOf?.(i) ?? numbered(length);
    return keep === "end" ? names.slice(-maxLength) : names.slice(0, maxLength);
  });
}

/** The first or the last maxLength steps of each: float32 [N, …, D], without padding. */
export function withinLength(
  sequences: readonly Sequence[],
  { maxLength, keep, D }: { readonly maxLength: number; readonly keep: "start" | "end"; readonly D: number },
): Ragged {
  return ragged(
    sequences.map(({ values, length }) => {
      const steps = Math.min(length, maxLength);
      const from = keep === "end" ? (length - steps) * D : 0;
      return tensor(
        Float32Array.from({ length: steps * D }, (_, j) => values[from + j]!),
        [steps, D],
      );
    }),
  );
}
