import type { Ptr } from "../../tensor/memory.js";
import type { Kernels } from "../kernels.js";
import type { ReferenceMemory } from "./memory.js";

type Sizes = readonly number[];
type Layout = Pick<Kernels, "copy" | "copyInts" | "gatherRows" | "scatterAddRows" | "rangeOfInts">;

export function copyKernels(memory: ReferenceMemory): Layout {
  return {
    copy(dstPtr, srcPtr, dims, dstStrides, srcStrides, accumulate) {
      const dst = memory.floats(dstPtr, extent(dims, dstStrides));
      const src = memory.floats(srcPtr, extent(dims, srcStrides));
      forEachElement(dims, dstStrides, srcStrides, (to, from) => {
        dst[to] = accumulate ? dst[to]! + src[from]! : src[from]!;
      });
    },
    copyInts(dstPtr, srcPtr, dims, dstStrides, srcStrides) {
      const dst = memory.ints(dstPtr, extent(dims, dstStrides));
      const src = memory.ints(srcPtr, extent(dims, srcStrides));
      forEachElement(dims, dstStrides, srcStrides, (to, from) => {
        dst[to] = src[from]!;
      });
    },
    gatherRows(yPtr, tablePtr, indexPtr, n, cols) {
      const y = memory.floats(yPtr, n * cols);
      const index = memory.ints(indexPtr, n);
      for (let i = 0; i < n; i++) y.set(row(tablePtr, index[i]!, cols), i * cols);
    },
    scatterAddRows(dtablePtr, dyPtr, indexPtr, n, cols) {
      const dy = memory.floats(dyPtr, n * cols);
      const index = memory.ints(indexPtr, n);
      for (let i = 0; i < n; i++) {
        const dtable = row(dtablePtr, index[i]!, cols);
        for (let j = 0; j < cols; j++) dtable[j]! += dy[i * cols + j]!;
      }
    },
    rangeOfInts(xPtr, n) {
      let [low, high] = [Infinity, -Infinity];
      for (const x of memory.ints(xPtr, n)) [low, high] = [Math.min(low, x), Math.max(high, x)];
      return n === 0 ? [0, -1] : [low, high];
    },
  };

  function row(table: Ptr, i: number, cols: number): Float64Array {
    return memory.floats(table + i * cols * memory.bytes, cols);
  }
}

/** Elements from the first to the last one that the strides reach, both included. */
function extent(dims: Sizes, strides: Sizes): number {
  if (dims.includes(0)) return 0;
  return dims.reduce((last, size, axis) => last + (size - 1) * strides[axis]!, 1);
}

/** Visits the box in row-major order and hands out both element offsets. */
function forEachElement(dims: Sizes, dst: Sizes, src: Sizes, visit: (to: number, from: number) => void): void {
  const walk = (axis: number, to: number, from: number): void => {
    if (axis === dims.length) return visit(to, from);
    for (let i = 0; i < dims[axis]!; i++) walk(axis + 1, to + i * dst[axis]!, from + i * src[axis]!);
  };
  walk(0, 0, 0);
}
