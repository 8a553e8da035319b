import { tensor, type Tensor } from "sluice";
import { labelEncoder } from "../../data/index.js";
import { check, show, SluiceError } from "../../util/errors.js";
import type { Samples } from "./samples.js";

export type ClassName = string | number;

/** Classes named in a message; of more, only how many there are. */
const SHOWN = 20;

/** What a saved model keeps of its labels. */
export interface SavedLabels {
  readonly column: string;
  readonly classes: readonly ClassName[];
  /** What stands between the labels of a sample; null where each has one. */
  readonly separator: string | null;
}

/** Classes in sorted order, numbers by size, and how labels become targets. */
export class Labels implements SavedLabels {
  readonly column: string;
  readonly classes: readonly ClassName[];
  readonly separator: string | null;
  readonly #index: ReadonlyMap<string, number>;

  constructor({ column, classes, separator }: SavedLabels) {
    this.column = column;
    this.classes = classes;
    this.separator = separator;
    this.#index = new Map(classes.map((name, k) => [String(name), k]));
  }

  /** @throws SluiceError where there is one class only */
  static fit<X>(where: string, samples: Samples<X>, column: string, separator: string | null): Labels {
    const texts = [...new Set(samples.labels.flatMap((label) => partsOf(label, separator)))];
    check(texts.length > 0, () => `${where}: ${samples.source} has no labels in ${show(column)}`);
    const numeric = texts.every((text) => Number.isFinite(Number(text)) && String(Number(text)) === text);
    const classes = labelEncoder().fit(numeric ? texts.map(Number) : texts).classes as ClassName[];
    check(classes.length > 1 || separator !== null, () => {
      return `${where}: all ${samples.items.length} samples of ${samples.source} have the label ${show(classes[0])}; at least two classes are needed`;
    });
    return new Labels({ column, classes, separator });
  }

  /** Labels that are told apart by blanks or capitals only, such as "good" and "Good ": most likely one class, typed in two ways. */
  lookalikes(): ClassName[][] {
    const alike = new Map<string, ClassName[]>();
    for (const name of this.classes) {
      const key = String(name).trim().replace(/\s+/g, " ").toLowerCase();
      const group = alike.get(key);
      if (group) group.push(name);
      else alike.set(key, [name]);
    }
    return [...alike.values()].filter((group) => group.length > 1);
  }

  static revive(saved: unknown): Labels {
    const { column, classes, separator } = (saved ?? {}) as Partial<SavedLabels>;
    const isName = (name: unknown) => typeof name === "string" || Number.isFinite(name);
    const fits =
      typeof column === "string" &&
      Array.isArray(classes) &&
      classes.length > 0 &&
      classes.every(isName) &&
      new Set(classes.map(String)).size === classes.length &&
      (separator === null || typeof separator === "string");
    check(fits, () => `classify: the saved labels must hold column, classes and separator, got ${show(saved)}`);
    return new Labels(saved as SavedLabels);
  }

  get count(): number {
    return this.classes.length;
  }

  /** Units of the network's output: one for two classes. */
  get units(): number {
    return this.separator === null && this.count === 2 ? 1 : this.count;
  }

  /** What the network's outputs are the probabilities of. */
  get outputs(): string[] {
    return this.classes.slice(this.count - this.units).map(String);
  }

  /**
   * The classes of each sample, by number.
   * @throws SluiceError for a label that training did not see, with its row
   */
  truth<X>(where: string, samples: Samples<X>): number[][] {
    return samples.labels.map((label, i) => {
      const place = `${samples.source}, ${samples.placeOf(i)}`;
      const parts = partsOf(label, this.separator);
      check(parts.length > 0 || this.separator !== null, () => `${where}: there is no label (${place})`);
      return [...new Set(parts)].map((part) => this.#index.get(part) ?? this.#unknown(where, part, place));
    });
  }

  /** [N, 1] of 0 or 1 for two classes, [N, 1] of class numbers for more, [N, K] of 0 or 1 for several labels. */
  targets(truth: readonly (readonly number[])[]): Tensor {
    if (this.separator === null)
      return tensor(
        Float32Array.from(truth, ([k]) => k!),
        [truth.length, 1],
      );
    const K = this.count;
    const rows = new Float32Array(truth.length * K);
    for (const [i, classes] of truth.entries()) for (const k of classes) rows[i * K + k] = 1;
    return tensor(rows, [truth.length, K]);
  }

  /** The class that has the rest of the probability where one output tells two apart; else null. */
  get opposite(): string | null {
    return this.units < this.count ? String(this.classes[0]) : null;
  }

  /** [N, K] probabilities, from what the network gives. */
  probabilities(output: Tensor): Float64Array {
    if (this.units !== 1 || this.separator !== null) return Float64Array.from(output.data);
    return Float64Array.from({ length: 2 * output.size }, (_, j) => {
      const p = output.data[j >> 1]!;
      return j % 2 === 1 ? p : 1 - p;
    });
  }

  toJSON(): SavedLabels {
    return { column: this.column, classes: this.classes, separator: this.separator };
  }

  #unknown(where: string, label: string, place: string): never {
    const known = this.classes.slice(0, SHOWN).map(show).join(", ");
    const rest = this.count > SHOWN ? ` and ${this.count - SHOWN} more` : "";
    throw new SluiceError(
      `${where}: label ${show(label)} is not in the training part (${place}); known: ${known}${rest}`,
    );
  }
}

/** The labels in a cell. */
export function partsOf(label: string | null, separator: string | null): string[] {
  if (label === null) return [];
  if (separator === null) return [label];
  return label
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/**
 * What a sample is counted as when the parts are drawn: its class, or of several the rarest, so that rare classes too are in all parts.
 */
export function strata(truth: readonly (readonly number[])[], classes: number): number[] {
  const counts = new Float64Array(classes);
  for (const set of truth) for (const k of set) counts[k]!++;
  return truth.map((set) => set.reduce((rarest, k) => (rarest < 0 || counts[k]! < counts[rarest]! ? k : rarest), -1));
}
