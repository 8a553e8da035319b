/** Values that never change, and what is made of them once: transposes, weights in the kernels' layout. */
import { StoredTensor } from "./tensor-proto.js";
import type { Value } from "./value.js";

const kept = new WeakMap<Value, Map<string, unknown>>();
const folded = new WeakSet<Value>();
const ids = new WeakMap<Value, number>();
let lastId = 0;

/** Says that a value was computed from weights alone. */
export function keep(values: readonly Value[]): void {
  for (const value of values) folded.add(value);
}

export const isFixed = (value: Value): boolean => value instanceof StoredTensor || folded.has(value);

/** Tells fixed values apart: names need not, since subgraphs have their own. */
export function idOf(value: Value): number {
  const id = ids.get(value) ?? ++lastId;
  ids.set(value, id);
  return id;
}

/** What is made of a fixed value is made once; of all others each time. */
export function prepared<T>(value: Value, what: string, make: () => T): T {
  if (!isFixed(value)) return make();
  const entries = kept.get(value) ?? new Map<string, unknown>();
  kept.set(value, entries);
  if (!entries.has(what)) entries.set(what, make());
  return entries.get(what) as T;
}
