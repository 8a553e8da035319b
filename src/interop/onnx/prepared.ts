import { StoredTensor } from "./tensor-proto.js";
import type { Value } from "./value.js";

const kept = new WeakMap<Value, Map<string, unknown>>();

/** What is made of a weight of the file, such as its transpose, is made once; of all other values each time. */
export function prepared<T>(value: Value, what: string, make: () => T): T {
  if (!(value instanceof StoredTensor)) return make();
  const entries = kept.get(value) ?? new Map<string, unknown>();
  kept.set(value, entries);
  if (!entries.has(what)) entries.set(what, make());
  return entries.get(what) as T;
}
