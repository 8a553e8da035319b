import { tensor } from "../../tensor/make.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkChoice } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { savedObject, type Preprocessor, type SavedPreprocessor } from "./preprocessor.js";

export type Label = string | number | boolean;

/** Classes named in an error message; of more, only how many there are. */
const SHOWN = 20;

export interface LabelEncoder extends Preprocessor {
  /** The labels in order: that of index i is classes[i]. */
  readonly classes: readonly Label[];
  fit(labels: readonly Label[]): LabelEncoder;
  /** @throws SluiceError for a label that was not there in fit */
  transform(labels: readonly Label[]): Int32Array;
  inverse(indices: ArrayLike<number>): Label[];
}

/** Labels to 0 … K - 1 in sorted order, as scikit-learn's LabelEncoder: numbers by size, strings by code point. */
export function labelEncoder(options: Record<string, never> = {}): LabelEncoder {
  withDefaults("labelEncoder", {}, options);
  return new SortedLabels();
}

class SortedLabels implements LabelEncoder {
  readonly className = "labelEncoder";
  readonly config = {};
  #index: Map<Label, number> | null = null;

  get classes(): readonly Label[] {
    return [...this.#fitted("classes").keys()];
  }

  fit(labels: readonly Label[]): this {
    this.#index = indexOf("labelEncoder.fit", labels);
    return this;
  }

  transform(labels: readonly Label[]): Int32Array {
    const index = this.#fitted("transform");
    return Int32Array.from(labels, (label, i) => {
      const k = index.get(label);
      check(k !== undefined, () => unknownLabel("labelEncoder.transform", label, `row ${i}`, index));
      return k;
    });
  }

  inverse(indices: ArrayLike<number>): Label[] {
    const classes = this.classes;
    return Array.from(indices, (k, i) => {
      check(Number.isInteger(k) && k >= 0 && k < classes.length, () => {
        return `labelEncoder.inverse: index ${show(k)} at row ${i} is not a class, 0 to ${classes.length - 1}`;
      });
      return classes[k]!;
    });
  }

  toJSON(): SavedPreprocessor {
    return { className: this.className, config: {}, state: this.#index && { classes: this.classes } };
  }

  restore(state: unknown): void {
    if (state === null) return;
    this.#index = savedClasses("labelEncoder", savedObject("labelEncoder", state, ["classes"])["classes"]);
  }

  #fitted(verb: string): Map<Label, number> {
    check(this.#index !== null, () => `labelEncoder.${verb}: fit it on the training part first`);
    return this.#index;
  }
}

export interface OneHotOptions {
  /** What becomes of a label that was not there in fit: an error, or zeros for its column. Default "error". */
  handleUnknown?: "error" | "ignore";
}

export interface OneHotEncoder extends Preprocessor {
  /** By column, the labels in order. */
  readonly categories: readonly (readonly Label[])[];
  /** @param rows [N][columns] of labels */
  fit(rows: readonly (readonly Label[])[]): OneHotEncoder;
  /** float32 [N, K]: the indicators of the first column's labels, then those of the next. */
  transform(rows: readonly (readonly Label[])[]): Tensor;
  /** For each column the label with the largest value; null where all are 0. */
  inverse(indicators: Tensor): (Label | null)[][];
}

/** Each column of labels to as many 0/1 columns as it has classes, in sorted order, as scikit-learn's OneHotEncoder. */
export function oneHotEncoder(options: OneHotOptions = {}): OneHotEncoder {
  const { handleUnknown } = withDefaults("oneHotEncoder", { handleUnknown: "error" }, options);
  return new SortedOneHot(checkChoice("oneHotEncoder", "handleUnknown", handleUnknown, ["error", "ignore"]));
}

class SortedOneHot implements OneHotEncoder {
  readonly className = "oneHotEncoder";
  readonly config: { readonly handleUnknown: "error" | "ignore" };
  #indices: Map<Label, number>[] | null = null;

  constructor(handleUnknown: "error" | "ignore") {
    this.config = { handleUnknown };
  }

  get categories(): readonly (readonly Label[])[] {
    return this.#fitted("categories").map((index) => [...index.keys()]);
  }

  fit(rows: readonly (readonly Label[])[]): this {
    const where = "oneHotEncoder.fit";
    const columns = Array.isArray(rows) && Array.isArray(rows[0]) ? rows[0].length : 0;
    check(columns > 0, () => `${where}: expected rows of labels, Label[][], got ${show(rows)}`);
    checkWidths(where, rows, columns);
    this.#indices = Array.from({ length: columns }, (_, j) =>
      indexOf(
        `${where}: column ${j}`,
        rows.map((row) => row[j]!),
      ),
    );
    return this;
  }

  transform(rows: readonly (readonly Label[])[]): Tensor {
    const where = "oneHotEncoder.transform";
    const indices = this.#fitted("transform");
    checkWidths(where, rows, indices.length);
    const width = indices.reduce((sum, index) => sum + index.size, 0);
    const out = new Float32Array(rows.length * width);
    for (const [i, row] of rows.entries()) {
      let first = i * width;
      for (const [j, index] of indices.entries()) {
        const k = index.get(row[j]!);
        check(k !== undefined || this.config.handleUnknown === "ignore", () => {
          return unknownLabel(where, row[j]!, `row ${i}, column ${j}`, index);
        });
        if (k !== undefined) out[first + k] = 1;
        first += index.size;
      }
    }
    return tensor(out, [rows.length, width]);
  }

  inverse(indicators: Tensor): (Label | null)[][] {
    const categories = this.categories;
    const width = categories.reduce((sum, classes) => sum + classes.length, 0);
    check(indicators.rank === 2 && indicators.shape[1] === width, () => {
      return `oneHotEncoder.inverse: expected [rows, ${width}], got ${showShape(indicators.shape)}`;
    });
    return Array.from({ length: indicators.shape[0]! }, (_, i) => {
      let first = i * width;
      return categories.map((classes) => {
        const values = Array.from(indicators.data.subarray(first, (first += classes.length)));
        const best = values.reduce((top, value, k) => (value > values[top]! ? k : top), 0);
        return values.every((value) => value === 0) ? null : classes[best]!;
      });
    });
  }

  toJSON(): SavedPreprocessor {
    const state = this.#indices && { categories: this.categories };
    return { className: this.className, config: this.config, state };
  }

  restore(state: unknown): void {
    if (state === null) return;
    const { categories } = savedObject("oneHotEncoder", state, ["categories"]);
    check(Array.isArray(categories) && categories.length > 0, () => {
      return `oneHotEncoder: the saved categories must be a list for each column, got ${show(categories)}`;
    });
    this.#indices = (categories as unknown[]).map((classes) => savedClasses("oneHotEncoder", classes));
  }

  #fitted(verb: string): Map<Label, number>[] {
    check(this.#indices !== null, () => `oneHotEncoder.${verb}: fit it on the training part first`);
    return this.#indices;
  }
}

/** Sorted labels and their places; all of one type. */
export function indexOf(where: string, labels: readonly Label[]): Map<Label, number> {
  check(Array.isArray(labels) && labels.length > 0, () => `${where}: expected a list of labels, got ${show(labels)}`);
  const type = typeof labels[0];
  for (const [i, label] of labels.entries()) {
    const fits = ["string", "number", "boolean"].includes(typeof label) && !Number.isNaN(label);
    check(fits, () => `${where}: label at row ${i} must be a string, number or boolean, got ${show(label)}`);
    check(
      typeof label === type,
      () => `${where}: labels must be of one type: row 0 is a ${type}, row ${i} is ${show(label)}`,
    );
  }
  const sorted = [...new Set(labels)].sort(type === "string" ? byCodePoint : (a, b) => Number(a) - Number(b));
  return new Map(sorted.map((label, k) => [label, k]));
}

/** JavaScript compares UTF-16 units, which puts emoji before some letters; Python compares code points. */
function byCodePoint(a: Label, b: Label): number {
  const [x, y] = [Array.from(String(a)), Array.from(String(b))];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const order = x[i]!.codePointAt(0)! - y[i]!.codePointAt(0)!;
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

function savedClasses(where: string, classes: unknown): Map<Label, number> {
  const index = indexOf(`${where}: saved classes`, classes as Label[]);
  check(
    [...index.keys()].every((label, k) => label === (classes as Label[])[k]) &&
      index.size === (classes as Label[]).length,
    () => {
      return `${where}: the saved classes must be sorted and different, got ${show(classes)}`;
    },
  );
  return index;
}

function unknownLabel(where: string, label: Label, row: string, index: Map<Label, number>): string {
  const known = [...index.keys()].slice(0, SHOWN).map(show).join(", ");
  const rest = index.size > SHOWN ? ` and ${index.size - SHOWN} more` : "";
  return `${where}: label ${show(label)} at ${row} was not there in fit; known: ${known}${rest}`;
}

function checkWidths(where: string, rows: readonly (readonly Label[])[], columns: number): void {
  const odd = rows.findIndex((row) => row.length !== columns);
  check(odd === -1, () => `${where}: row ${odd} must have ${columns} labels, got ${rows[odd]!.length}`);
}
