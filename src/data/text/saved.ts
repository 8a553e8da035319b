import { check, show } from "../../util/errors.js";
import type { Named } from "../../util/named.js";

/** What a model file keeps of a fitted text step: plain JSON. */
export interface SavedText {
  className: string;
  config: Readonly<Record<string, unknown>>;
  /** What was learned from the training part; null before fitting. */
  state: Readonly<Record<string, unknown>> | null;
}

/** A text step: fitted on the training part, saved in the model, made again by `reviveText`. */
export interface TextStep extends Named {
  toJSON(): SavedText;
  /** Takes the state of `toJSON()` in place of fitting. @throws SluiceError when it is not one */
  restore(state: unknown): void;
}

/** The saved state with exactly the keys that the class writes. */
export function checkState(where: string, state: unknown, keys: readonly string[]): Record<string, unknown> {
  const plain = typeof state === "object" && state !== null && !Array.isArray(state);
  check(plain, () => `${where}: the saved state must be an object, got ${show(state)}`);
  const found = Object.keys(state as object);
  const same = found.length === keys.length && keys.every((key) => found.includes(key));
  check(same, () => `${where}: the saved state must hold ${keys.join(", ")}, got ${found.join(", ") || "nothing"}`);
  return state as Record<string, unknown>;
}

/** A list of words without repeats. */
export function checkWords(where: string, name: string, value: unknown): string[] {
  check(Array.isArray(value), () => `${where}: ${name} must be a list of strings, got ${show(value)}`);
  const seen = new Set<unknown>();
  (value as unknown[]).forEach((word, i) => {
    check(typeof word === "string", () => `${where}: ${name} must be a list of strings, got ${show(word)} at ${i}`);
    check(!seen.has(word), () => `${where}: ${name} must not repeat a word, got ${show(word)} again at ${i}`);
    seen.add(word);
  });
  return [...(value as string[])];
}

/** A list of `length` whole numbers of at least 1. */
export function checkCounts(where: string, name: string, value: unknown, length: number): number[] {
  const isCount = (n: unknown) => Number.isInteger(n) && (n as number) >= 1;
  check(Array.isArray(value) && value.length === length && value.every(isCount), () => {
    return `${where}: ${name} must be ${length} whole numbers of at least 1, got ${show(value)}`;
  });
  return [...(value as number[])];
}

/** A list of strings. A single string is the usual mistake: it would be read as a list of its characters. */
export function checkTexts(where: string, texts: unknown): void {
  check(Array.isArray(texts), () => `${where}: expected a list of texts, got ${show(texts)}`);
  (texts as unknown[]).forEach((text, i) => {
    check(typeof text === "string", () => `${where}: text ${i} must be a string, got ${show(text)}`);
  });
}
