import { tensor, type Tensor } from "sluice";
import { gruDInputs, revivePreprocessor, type DataSource, type ReadOptions, type Scaler } from "../../data/index.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { Encoder, RawForm } from "./encoder.js";
import { readIrregular, type IrregularLayout, type ObservedSequence } from "./irregular-reader.js";
import type { Samples } from "./samples.js";
import { observedNames } from "../irregular.js";
import type { Field } from "../view.js";
import { numberField, timeField } from "../views/fields.js";
import type { NamedInput } from "../views/named.js";
import { PADDING, stepNames } from "./series-encoder.js";

interface Config {
  /** With the variables of training. */
  readonly layout: IrregularLayout & { readonly features: readonly string[] };
  /** What counts as a gap of 1, in milliseconds for dates. */
  readonly unit: number;
  readonly maxLength: number;
  readonly keep: "start" | "end";
  /** Whether the times are dates. */
  readonly dated: boolean;
}

/** Observations to z-scores by variable beside mask and gaps, float32 [N, T, 3D]. */
export class IrregularEncoder implements Encoder<ObservedSequence> {
  readonly kind = "irregular";
  readonly of = "sequences";
  readonly config: Config;
  readonly #scaler: Scaler;

  constructor(scaler: Scaler, config: Config) {
    this.#scaler = scaler;
    this.config = config;
  }

  static revive(saved: unknown): IrregularEncoder {
    const where = "classify: the saved observations";
    const { scaler, ...config } = (saved ?? {}) as Config & { scaler: unknown };
    const { layout, keep } = config;
    const named = [layout?.label, layout?.id, layout?.time, ...(layout?.features ?? [null])];
    const fits = named.every((name) => typeof name === "string") && ["start", "end"].includes(keep);
    check(fits, () => `${where} must name label, id, time and features, got ${show(saved)}`);
    checkCount(where, "maxLength", config.maxLength);
    checkRange(where, "unit", config.unit, Number.MIN_VALUE);
    return new IrregularEncoder(revivePreprocessor(scaler, "standardScaler"), {
      ...config,
      dated: config.dated !== false,
    });
  }

  read(where: string, source: DataSource, labelled: boolean, reading: ReadOptions): Promise<Samples<ObservedSequence>> {
    return readIrregular(where, source, this.config.layout, labelled, reading);
  }

  isEmpty({ values }: ObservedSequence): boolean {
    return values.every((value) => Number.isNaN(value));
  }

  /** z-scores; NaN where nothing was observed. */
  scaled({ values, times, D }: ObservedSequence): ObservedSequence {
    const rows = tensor(Float64Array.from(values), [times.length, D], "float64");
    return { times, D, values: Float64Array.from(this.#scaler.transform(rows).data) };
  }

  encode(items: readonly ObservedSequence[]): Tensor {
    const { maxLength, keep, unit, layout } = this.config;
    const longest = items.reduce((most, { times }) => Math.max(most, times.length), 0);
    const T = Math.min(maxLength, longest);
    const width = 3 * layout.features.length;
    const out = new Float32Array(items.length * T * width).fill(PADDING);
    for (const [i, item] of items.entries()) {
      const { times, values, D } = this.scaled(item);
      const from = keep === "end" ? Math.max(0, times.length - T) : 0;
      const kept = values.subarray(from * D, (from + T) * D);
      out.set(gruDInputs(times.subarray(from, from + T), kept, unit), i * T * width);
    }
    return tensor(out, [items.length, T, width]);
  }

  namesOf({ items, stepsOf }: Samples<ObservedSequence>): NamedInput[] {
    const lengths = items.map(({ times }) => ({ length: times.length }));
    const steps = stepNames({ items: lengths, ...(stepsOf && { stepsOf }) }, this.config);
    return [{ kind: "series", steps, features: observedNames(this.config.layout.features) }];
  }

  get form(): RawForm {
    const { id, time, variable, value, features } = this.config.layout;
    const told: Field[] = [{ name: id, type: "text" }, timeField(time, this.config.dated)];
    const long: Field[] = [{ name: variable ?? "", type: "category", values: features }, numberField(value ?? "value")];
    const wide = features.map((name) => numberField(name, { optional: true }));
    return {
      sample: "rows",
      inputs: [...told, ...(variable === null ? wide : long)],
      rows: { least: 1, most: this.config.maxLength },
      references: [{ name: id, type: "text" }],
    };
  }

  readonly pieces =
    "what it reads of a row are also the gaps since each variable was last observed, in the rows before";

  toJSON(): object {
    return { scaler: this.#scaler.toJSON(), ...this.config };
  }
}
