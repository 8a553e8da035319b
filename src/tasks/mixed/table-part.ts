import { input, layers, tensor } from "sluice";
import { calendarFeatures } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import type { Field } from "../view.js";
import { numberField } from "../views/fields.js";
import { vectorInput, type NamedInput } from "../views/named.js";
import { isThere, type Columns, type MixedItem } from "./columns.js";
import { layerName, type FittedPart, type MixedTraining, type Part } from "./part.js";

/** A column of numbers or dates: what its values are scaled by. */
interface Scale {
  readonly name: string;
  readonly kind: "number" | "date";
  readonly mean: number;
  readonly deviation: number;
}

/** A column of categories: those of the training part that came twice or more; the others count as unknown. */
interface Categories {
  readonly name: string;
  readonly known: readonly string[];
}

/** Scaled values are cut off here, in deviations: one typing error must not drown a row. */
const FARTHEST = 8;
/** Places of a date in its cycles: sin and cos of the hour, the weekday and the day of the year. */
const CYCLES = ["hour", "weekday", "dayOfYear"] as const;
/** Units of what is made of the table. */
const UNITS = 32;

/** Numbers and dates scaled, each with whether it is there; dates also by their place in day, week and year; categories by number. */
export class TablePart implements Part {
  readonly kind = "table";
  readonly name = "table";

  constructor(
    readonly scales: readonly Scale[],
    readonly categories: readonly Categories[],
  ) {}

  static revive(_name: string, saved: unknown): TablePart {
    const { scales, categories } = (saved ?? {}) as Partial<TablePart>;
    const isScale = ({ name, mean, deviation }: Scale) =>
      typeof name === "string" && Number.isFinite(mean) && deviation > 0;
    const fits =
      Array.isArray(scales) &&
      scales.every(isScale) &&
      Array.isArray(categories) &&
      categories.every(({ known }: Categories) => Array.isArray(known));
    check(fits, () => `the saved table must hold scales and categories, got ${show(saved)}`);
    return new TablePart(scales as Scale[], categories as Categories[]);
  }

  /** Numbers of a row. */
  get width(): number {
    return this.scales.reduce((sum, { kind }) => sum + 2 + (kind === "date" ? 2 * CYCLES.length : 0), 0);
  }

  isPresent(item: MixedItem): boolean {
    return [...this.scales, ...this.categories].some(({ name }) => isThere(item[name]));
  }

  encode(items: readonly MixedItem[]) {
    const N = items.length;
    const numbers = tensor(Float32Array.from(items.flatMap((item) => this.numbers(item))), [N, this.width]);
    const places = this.categories.map(({ known }) => new Map(known.map((name, i) => [name, i + 2])));
    const index = (item: MixedItem, k: number) => {
      const cell = item[this.categories[k]!.name] as string | null;
      return cell === null ? 0 : (places[k]!.get(cell) ?? 1);
    };
    const coded = places.map((_, k) => tensor(Int32Array.from(items, (item) => index(item, k)), [N, 1])); // prettier-ignore
    return this.width > 0 ? [numbers, ...coded] : coded;
  }

  /** Of a row, without the categories. */
  numbers(item: MixedItem): number[] {
    return this.scales.flatMap(({ name, kind, mean, deviation }) => {
      const value = item[name] as number;
      const there = isThere(value);
      const scaled = there ? Math.max(-FARTHEST, Math.min(FARTHEST, (value - mean) / deviation)) : 0;
      if (kind === "number") return [scaled, Number(there)];
      const cycles = there ? Object.values(calendarFeatures([value], CYCLES)).map(([x]) => x!) : CYCLES.flatMap(() => [0, 0]); // prettier-ignore
      return [scaled, Number(there), ...cycles];
    });
  }

  /** The same and a 1 at each category, for linear models. */
  rowOf(item: MixedItem): number[] {
    const coded = this.categories.flatMap(({ name, known }) => known.map((value) => Number(item[name] === value)));
    return [...this.numbers(item), ...coded];
  }

  namesOf(items: readonly MixedItem[]): NamedInput[] {
    const N = items.length;
    const numbers = this.scales.flatMap(({ name, kind }) => {
      const turns = kind === "date" ? CYCLES.flatMap((cycle) => [`${name} ${cycle}_sin`, `${name} ${cycle}_cos`]) : [];
      return [name, `${name} present`, ...turns];
    });
    const coded = this.categories.map(({ name }): NamedInput => {
      const steps = items.map((item) => [String(item[name] ?? "(none)")]);
      return { kind: "tokens", steps, features: [] };
    });
    return this.width > 0 ? [vectorInput(N, numbers), ...coded] : coded;
  }

  get fields(): Field[] {
    const numbers = this.scales.map(({ name, kind }): Field => (kind === "date" ? { name, type: "date" } : numberField(name))); // prettier-ignore
    const coded = this.categories.map(({ name, known }): Field => ({ name, type: "category", values: known }));
    return [...numbers, ...coded];
  }

  toJSON(): object {
    return { scales: this.scales, categories: this.categories };
  }
}

/** @param columns those of numbers, dates and categories */
export function fitTable(where: string, columns: Columns, { items }: MixedTraining): FittedPart {
  const cellsOf = (name: string) => {
    const there = items.map((item) => item[name]!).filter(isThere);
    check(there.length > 0, () => `${where}: column ${show(name)} is empty in the training part`);
    return there;
  };
  const named = Object.entries(columns);
  const scales = named.flatMap(([name, kind]): Scale[] =>
    kind === "number" || kind === "date" ? [scaleOf(name, kind, cellsOf(name) as number[])] : [],
  );
  const categories = named.flatMap(([name, kind]): Categories[] =>
    kind === "category" ? [categoriesOf(name, cellsOf(name) as string[])] : [],
  );
  const part = new TablePart(scales, categories);
  const facts = categories.map(({ name, known }) => [name, `${known.length} categories`] as const);
  return { part, facts, branch: () => branchOf(part) };
}

function scaleOf(name: string, kind: "number" | "date", values: readonly number[]): Scale {
  const mean = values.reduce((sum, x) => sum + x / values.length, 0);
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2 / values.length, 0);
  return { name, kind, mean, deviation: variance > 0 ? Math.sqrt(variance) : 1 };
}

function categoriesOf(name: string, values: readonly string[]): Categories {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return { name, known: [...counts].filter(([, count]) => count > 1).map(([value]) => value).sort() }; // prettier-ignore
}

/** An embedding for each category, as wide as fastai's rule has it, min(50, 1.6·n^0.56); then one dense layer. */
function branchOf({ width, categories }: TablePart) {
  const numbers = width > 0 ? [input({ shape: [width], name: "table" })] : [];
  const coded = categories.map(({ name }) => input({ shape: [1], dtype: "int32", name: layerName(name) }));
  const embedded = categories.map(({ name, known }, k) => {
    const outputDim = Math.min(50, Math.round(1.6 * (known.length + 2) ** 0.56));
    const table = layers.embedding({ inputDim: known.length + 2, outputDim, name: layerName(name, "categories") });
    return layers.flatten().apply(table.apply(coded[k]!));
  });
  const all = [...numbers, ...embedded];
  const row = all.length > 1 ? layers.concatenate().apply(all) : all[0]!;
  const vector = layers.dense({ units: UNITS, activation: "silu" }).apply(row);
  return { inputs: [...numbers, ...coded], vector, steps: null, initial: {} };
}
