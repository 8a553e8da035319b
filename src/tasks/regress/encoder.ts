import { tensor } from "sluice";
import {
  minMaxScaler,
  numbersOf,
  oneHotEncoder,
  revivePreprocessor,
  robustScaler,
  standardScaler,
  textsOf,
  type OneHotEncoder,
  type Scaler,
  type Table,
} from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import type { Field } from "../view.js";
import { numberField } from "../views/fields.js";
import type { RegressOptions } from "./options.js";
import type { Feature } from "./roles.js";

const SCALERS = { standard: standardScaler, minMax: minMaxScaler, robust: robustScaler };

type EncoderOptions = Pick<RegressOptions, "scaler" | "missing" | "unknown">;

/** What was measured on the training part. */
interface Fitted {
  /** Of the columns of numbers, in their order; null for none. */
  readonly scaler: Scaler | null;
  /** Means of the scaled columns, for missing values. */
  readonly means: readonly number[];
  /** One for each column of texts. */
  readonly categories: readonly OneHotEncoder[];
}

/** Columns of a table to features: numbers scaled, then for each column of texts a 1 at the one that the row has. */
export class RowEncoder {
  private constructor(
    private readonly features: readonly Feature[],
    private readonly options: EncoderOptions,
    private readonly fitted: Fitted,
  ) {}

  /** Measures these rows, the training part. */
  static fit(where: string, table: Table, rows: Int32Array, features: readonly Feature[], options: EncoderOptions) {
    const names = features.filter(({ type }) => type === "number").map(({ name }) => name);
    const columns = names.map((name) => finite(where, table, name));
    const values = rowsOf(columns, rows);
    for (const [j, name] of names.entries()) {
      const known = rows.some((row) => !Number.isNaN(columns[j]![row]));
      check(known, () => `${where}: column ${show(name)} of ${table.source} is empty in the training part`);
    }
    const scaler = options.scaler === "none" || names.length === 0 ? null : SCALERS[options.scaler]();
    const scaled = scaler ? scaler.fit(values).transform(values) : values;
    const means = names.map((_, j) => meanOf(scaled.data as Float64Array, names.length, j));
    const texts = features.filter(({ type }) => type === "text").map(({ name }) => name);
    const categories = texts.map((name) => {
      const column = textsOf(where, table, name);
      const known = Array.from(rows, (row) => column[row]!).filter((text) => text !== null);
      check(known.length > 0, () => `${where}: column ${show(name)} of ${table.source} is empty in the training part`);
      return oneHotEncoder({ handleUnknown: "ignore" }).fit(known.map((text) => [text]));
    });
    return new RowEncoder(features, options, { scaler, means, categories });
  }

  static revive(saved: unknown): RowEncoder {
    const { features, options, scaler, means, categories } = saved as ReturnType<RowEncoder["toJSON"]>;
    return new RowEncoder(features, options, {
      scaler: scaler === null ? null : (revivePreprocessor(scaler) as Scaler),
      means,
      categories: categories.map((one) => revivePreprocessor(one, "oneHotEncoder")),
    });
  }

  toJSON() {
    const { scaler, means, categories } = this.fitted;
    return {
      features: this.features,
      options: { scaler: this.options.scaler, missing: this.options.missing, unknown: this.options.unknown },
      scaler: scaler?.toJSON() ?? null,
      means,
      categories: categories.map((one) => one.toJSON()),
    };
  }

  /** D */
  get width(): number {
    return this.fitted.means.length + this.fitted.categories.reduce((sum, one) => sum + one.categories[0]!.length, 0);
  }

  /** What the D numbers of a row are called: "price", "colour = red". */
  get names(): string[] {
    const numbers = this.features.filter(({ type }) => type === "number").map(({ name }) => name);
    const texts = this.features.filter(({ type }) => type === "text");
    return [...numbers, ...texts.flatMap(({ name }, k) => this.#kinds(k).map((kind) => `${name} = ${kind}`))];
  }

  /** The columns of a row. */
  get fields(): Field[] {
    const { missing } = this.options;
    const texts = this.features.filter(({ type }) => type === "text");
    return this.features.map((feature) => {
      const optional = missing === "mean";
      if (feature.type === "number") return numberField(feature.name, { optional });
      return { name: feature.name, type: "category", values: this.#kinds(texts.indexOf(feature)), optional };
    });
  }

  #kinds(k: number): string[] {
    return this.fitted.categories[k]!.categories[0]! as string[];
  }

  /** [N, D] of the rows of a table, in the order of `rows`. @throws SluiceError with the place of what cannot be used */
  encode(where: string, table: Table, rows: Int32Array): Float32Array {
    const D = this.width;
    const out = new Float32Array(rows.length * D);
    this.#numbers(where, table, rows, out, D);
    let first = this.fitted.means.length;
    const texts = this.features.filter(({ type }) => type === "text");
    for (const [k, { name }] of texts.entries()) {
      const kinds = this.fitted.categories[k]!.categories[0]!;
      const places = new Map(kinds.map((kind, place) => [kind, place]));
      const column = textsOf(where, table, name);
      for (const [i, row] of rows.entries()) {
        const place = this.#placeOf(where, table, name, row, column[row]!, places);
        if (place !== undefined) out[i * D + first + place] = 1;
      }
      first += kinds.length;
    }
    return out;
  }

  #numbers(where: string, table: Table, rows: Int32Array, out: Float32Array, D: number): void {
    const names = this.features.filter(({ type }) => type === "number").map(({ name }) => name);
    if (names.length === 0) return;
    const columns = names.map((name) => finite(where, table, name));
    const { scaler, means } = this.fitted;
    const raw = rowsOf(columns, rows);
    const { data } = scaler ? scaler.transform(raw) : raw;
    for (let i = 0; i < rows.length; i++) {
      for (let j = 0; j < names.length; j++) {
        const value = data[i * names.length + j]!;
        if (Number.isNaN(value)) this.#checkMissing(where, table, names[j]!, rows[i]!);
        out[i * D + j] = Number.isNaN(value) ? means[j]! : value;
      }
    }
  }

  #placeOf(
    where: string,
    table: Table,
    name: string,
    row: number,
    text: string | null,
    places: ReadonlyMap<unknown, number>,
  ): number | undefined {
    if (text === null) this.#checkMissing(where, table, name, row);
    const place = places.get(text);
    check(text === null || place !== undefined || this.options.unknown === "other", () => {
      const known = [...places.keys()].slice(0, 8).map(show).join(", ");
      return `${where}: ${table.source}, ${table.placeOf(row)}: column ${show(name)}: ${show(text)} is not in the training part, which has ${known}; unknown "other" lets it pass`;
    });
    return place;
  }

  #checkMissing(where: string, table: Table, name: string, row: number): void {
    check(this.options.missing === "mean", () => {
      return `${where}: ${table.source}, ${table.placeOf(row)}: column ${show(name)} is empty; missing "mean" fills it`;
    });
  }
}

function finite(where: string, table: Table, name: string): Float64Array {
  const values = numbersOf(where, table, name);
  const bad = values.findIndex((x) => Math.abs(x) === Infinity);
  check(bad < 0, () => {
    return `${where}: ${table.source}, ${table.placeOf(bad)}: column ${show(name)} must hold finite numbers, got ${values[bad]}`;
  });
  return values;
}

/** float64 [rows, columns] */
function rowsOf(columns: readonly Float64Array[], rows: Int32Array) {
  const out = new Float64Array(rows.length * columns.length);
  for (const [i, row] of rows.entries())
    for (const [j, column] of columns.entries()) out[i * columns.length + j] = column[row]!;
  return tensor(out, [rows.length, columns.length], "float64");
}

function meanOf(values: Float64Array, columns: number, j: number): number {
  let [sum, count] = [0, 0];
  for (let i = j; i < values.length; i += columns) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i]!;
    count++;
  }
  return sum / count;
}
