import type { LabelModel } from "../../data/index.js";
import { check, show } from "../../util/errors.js";
import { NGram } from "../baselines/n-gram.js";
import { MOST_NUMBERS } from "../baselines/saved.js";

/** The end of one text and the beginning of the next: the blank's class, which stands in no text. */
const BORDER = 0;

/** An n-gram model of the training texts, for decoding; its counts are made again of the texts that are saved. */
export class Language {
  readonly #order: number;
  readonly #ids: readonly number[];
  readonly #model: NGram;

  private constructor(ids: readonly number[], order: number, classes: number) {
    this.#ids = ids;
    this.#model = new NGram(ids, classes, order);
    this.#order = this.#model.order;
  }

  /** Of as many texts as a model file may hold. */
  static fit(texts: readonly (readonly number[])[], order: number, classes: number): Language {
    const ids: number[] = [];
    for (const text of texts) {
      if (ids.length + text.length > MOST_NUMBERS) break;
      ids.push(BORDER, ...text);
    }
    return new Language([...ids, BORDER], order, classes);
  }

  static revive(saved: unknown, classes: number): Language {
    const { ids, order } = (saved ?? {}) as { ids?: unknown; order?: unknown };
    const isClass = (id: unknown) => Number.isInteger(id) && (id as number) >= 0 && (id as number) < classes;
    check(
      Array.isArray(ids) && ids.length > 0 && ids.every(isClass) && Number.isInteger(order) && (order as number) > 0,
      () => {
        return `transcribe: the saved language model must hold texts by class and an order, got ${show(saved)}`;
      },
    );
    return new Language(ids as number[], order as number, classes);
  }

  toJSON(): object {
    return { ids: this.#ids, order: this.#order };
  }

  /** ln P(label | the labels before it in its text). */
  readonly score: LabelModel = (before, label) => {
    const recent = [BORDER, ...before].slice(-Math.max(1, this.#order - 1));
    return Math.log(this.#model.probability([...recent, label], recent.length));
  };
}
