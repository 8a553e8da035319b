import type { Arena } from "./arena.js";
import type { FloatDType } from "./dtype.js";
import type { Heap } from "./heap.js";

/** Byte address in a kernel set's memory; 0 means "absent". */
export type Ptr = number;

/**
 * The one linear memory of a kernel set. Elements, floats and ints alike, are `bytes` wide. Views are valid until the
 * memory grows: ask again after anything that allocates, never keep one.
 */
export interface Memory {
  readonly float: FloatDType;
  readonly bytes: 4 | 8;
  /** Blocks that persist: parameters, optimizer moments, the arena's own chunks. */
  readonly heap: Heap;
  /** What one step needs; reset when the step is over. */
  readonly arena: Arena;
  /** Another one after the memory has grown: views of the old one are of no use then. */
  readonly buffer: ArrayBufferLike;
  floats(ptr: Ptr, length: number): Float32Array | Float64Array;
  ints(ptr: Ptr, length: number): Int32Array;
}
