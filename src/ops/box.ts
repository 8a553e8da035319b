/** Copies between strided layouts, for the operations that only move elements. */
import type { DType } from "../tensor/dtype.js";
import { sizeOf, type Shape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { SluiceError } from "../util/errors.js";
import type { Scope } from "./scope.js";

/** A strided layout: element (i, j, …) is at offset + i·strides[0] + j·strides[1] + …, all in elements. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The kernels' limit on the axes of a copy, after those that lie together have been joined. */
const MOST_AXES = 6;

/** dst[Σ i·strides] (+)= src[Σ i·strides] over a box of sizes `dims`; `dst` and `src` are addresses of whole arrays of one dtype. */
export function copyBox(
  scope: Scope,
  dtype: DType,
  dims: Shape,
  dst: number,
  to: Layout,
  src: number,
  from: Layout,
  accumulate = false,
): void {
  if (sizeOf(dims) === 0) return;
  const k = scope.kernels;
  const bytes = dtype === "int32" ? 4 : k.memory.bytes;
  const [d, s] = [dst + to.offset * bytes, src + from.offset * bytes];
  const box = join(dims, to.strides, from.strides);
  if (box.dims.length > MOST_AXES)
    throw new SluiceError(`copy: at most ${MOST_AXES} axes can be rearranged, got ${box.dims.length}`);
  if (dtype === "int32") k.copyInts(d, s, box.dims, box.to, box.from);
  else k.copy(d, s, box.dims, box.to, box.from, accumulate);
}

/** A tensor's gradient from a place that holds a copy of (part of) it: dx[to] += dy[from]. */
export function addBoxToGrad(scope: Scope, x: Tensor, dims: Shape, to: Layout, dy: Tensor, from: Layout): void {
  scope.accumulateGrad(x, (dx) => copyBox(scope, x.dtype, dims, dx, to, dy.ptr, from, true));
}

interface Box {
  dims: number[];
  to: number[];
  from: number[];
}

/** Leaves out axes of size 1 and joins neighbours that both layouts walk through in one stride. */
function join(dims: Shape, to: readonly number[], from: readonly number[]): Box {
  const box: Box = { dims: [], to: [], from: [] };
  for (let i = dims.length - 1; i >= 0; i--) {
    const n = dims[i]!;
    if (n === 1) continue;
    const inner = box.dims[0];
    if (inner !== undefined && to[i] === box.to[0]! * inner && from[i] === box.from[0]! * inner) {
      box.dims[0] = inner * n;
      continue;
    }
    box.dims.unshift(n);
    box.to.unshift(to[i]!);
    box.from.unshift(from[i]!);
  }
  return box.dims.length > 0 ? box : { dims: [1], to: [1], from: [1] };
}
