/** The models that are served, by name; the one place that changes when a file is replaced. */
import { nearest } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { Problem } from "./problem.js";
import type { ServedModel } from "./served-model.js";

export type OnReplace = (before: ServedModel, after: ServedModel) => void;

export class Registry {
  readonly #models = new Map<string, ServedModel>();
  readonly #listeners = new Set<OnReplace>();
  /** What requests get that name none: the first. */
  readonly defaultName: string;

  /** @throws SluiceError when there is none, or two have one name */
  constructor(models: readonly ServedModel[]) {
    check(models.length > 0, () => "serve: there is no model to serve");
    for (const model of models) {
      check(!this.#models.has(model.name), () => `serve: two models are called ${show(model.name)}; name them apart`);
      this.#models.set(model.name, model);
    }
    this.defaultName = models[0]!.name;
  }

  /** All of them as they are now, in the order in which they were given. */
  list(): readonly ServedModel[] {
    return [...this.#models.values()];
  }

  /**
   * The model of that name as it is now. Whoever works with it keeps the object: a reload puts another one here and leaves this one as it is.
   * @param name left out, the default model
   * @throws Problem 404 with the nearest name
   */
  get(name: string = this.defaultName): ServedModel {
    const model = this.#models.get(name);
    if (model) return model;
    const hint = nearest(name, [...this.#models.keys()]);
    throw new Problem(
      "unknown-model",
      `There is no model ${show(name)}${hint ? `; did you mean ${show(hint)}?` : "."}`,
    );
  }

  /** Puts a new version in the place of the one with its name; requests that come from now on get it. */
  replace(model: ServedModel): void {
    const before = this.get(model.name);
    this.#models.set(model.name, model);
    for (const listener of this.#listeners) listener(before, model);
  }

  /** Calls `listener` after each replacement. @returns what ends that */
  onReplace(listener: OnReplace): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
