import { createReferenceKernels } from "../../src/kernels/reference/index.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { Random } from "../../src/util/random.js";
import { normal } from "../../src/util/normal.js";

/** A kernel set with short ways to put arrays into its memory and to read them back. */
export class Slots {
  readonly kernels: Kernels = createReferenceKernels();

  put(values: ArrayLike<number>): number {
    const { memory } = this.kernels;
    const ptr = memory.heap.alloc(values.length * memory.bytes);
    memory.floats(ptr, values.length).set(values);
    return ptr;
  }

  putInts(values: ArrayLike<number>): number {
    const { memory } = this.kernels;
    const ptr = memory.heap.alloc(values.length * 4);
    memory.ints(ptr, values.length).set(values);
    return ptr;
  }

  get(ptr: number, length: number): number[] {
    return [...this.kernels.memory.floats(ptr, length)];
  }

  getInts(ptr: number, length: number): number[] {
    return [...this.kernels.memory.ints(ptr, length)];
  }
}

export function normals(random: Random, length: number): number[] {
  return Array.from({ length }, () => normal(random));
}

export { Random };
