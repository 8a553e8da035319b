import { check, show } from "../../util/errors.js";
import type { Named } from "../../util/named.js";

/** What is saved of a preprocessor: plain JSON, with `state` null before it is fitted or where there is nothing to fit. */
export interface SavedPreprocessor {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly state: unknown;
}

/** A step of preprocessing that is fitted on the training part and saved with the model. */
export interface Preprocessor extends Named {
  toJSON(): SavedPreprocessor;
  /** Takes over a saved state; called by `revivePreprocessor`. */
  restore(state: unknown): void;
}

/** The `toJSON` and `restore` of what has nothing to fit. */
export function stateless(className: string, config: Readonly<Record<string, unknown>>): Preprocessor {
  return {
    className,
    config,
    toJSON: () => ({ className, config, state: null }),
    restore: (state) => check(state === null, () => `${className}: its state must be null, got ${show(state)}`),
  };
}

/** Reads a saved object that must have exactly these properties. */
export function savedObject(where: string, state: unknown, keys: readonly string[]): Record<string, unknown> {
  const given = typeof state === "object" && state !== null && !Array.isArray(state) ? Object.keys(state) : [];
  check(given.length === keys.length && keys.every((key) => given.includes(key)), () => {
    return `${where}: the saved state must hold ${keys.join(", ")}, got ${show(state)}`;
  });
  return state as Record<string, unknown>;
}

/** Reads a saved list of finite numbers. */
export function savedNumbers(where: string, name: string, value: unknown): number[] {
  const fits = Array.isArray(value) && value.length > 0 && value.every((v) => Number.isFinite(v));
  check(fits, () => `${where}: the saved ${name} must be a list of finite numbers, got ${show(value)}`);
  return [...(value as number[])];
}
