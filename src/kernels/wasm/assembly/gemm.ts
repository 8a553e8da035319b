/**
 * Matrix products. `product` multiplies contiguous rows by a packed (or wide enough) B and is what the recurrent loops use;
 * `multiply` takes any strides and packs block by block (Goto and van de Geijn 2008, "Anatomy of high-performance matrix
 * multiplication"). Sizes: M rows, N columns, K summed over; strides in bytes.
 */
import { arg, argPtr, isWide, panelWidth, splitAt, WIDEST, ZEROS } from "./args";
import { panelOfPacked, panelOfRows, row24, row32 } from "./microkernel";
import { pack } from "./pack";

/** Depth of a block: a panel of B (KC·8 floats, or KC·16) and a strip of A (4·KC) stay in a level-1 cache of 32 kB. */
const KC = 256;
/** Rows of a packed block of A, and columns of a packed block of B: 256 and 512 kB of level-2 cache. */
const MC = 256;
const NC = 512;
/** Up to so many rows B is read where it lies. */
const DIRECT_ROWS = 16;
/** `product` reads B packed by the caller, which may be deeper. */
const PRODUCT_KC = 512;

/** Bytes of the workspace that `multiply` and `product` want: a block of A, one of B, and a panel for the last columns. */
export const WORKSPACE: usize = MC * KC * 4 + NC * KC * 4 + MC * WIDEST * 4;
const TAIL: usize = MC * KC * 4 + NC * KC * 4;

/**
 * c [M, N] = init + a · B. Column panel j of B starts at b + j·panelStride and its rows are bStride apart: a panel's K rows and
 * one row of it when packed; a panel's width and the row's length when not. `init` is the C to add to, or a row to repeat (initStride 0).
 * With `exact` nothing is written beyond column N; without, C, B and init have room for whole panels.
 */
export function product(
  c: usize, cStride: usize, a: usize, aStride: usize, b: usize, bStride: usize, panelStride: usize,
  M: i32, N: i32, K: i32, init: usize, initStride: usize, exact: bool, workspace: usize,
): void {
  const width = panelWidth();
  for (let k = 0; k < K; k += PRODUCT_KC) {
    const depth = min(PRODUCT_KC, K - k);
    for (let i = 0; i < M; i += MC) {
      const rows = min(MC, M - i);
      const cRow = c + <usize>i * cStride;
      const aRow = a + <usize>i * aStride + <usize>k * 4;
      const from = k == 0 ? init + <usize>i * initStride : cRow;
      const fromStride = k == 0 ? initStride : cStride;
      let panel = b + <usize>k * bStride;
      let j = 0;
      if (rows == 1 && panelStride == <usize>width * 4) {
        for (; isWide() && j + 32 <= N; j += 32) {
          row32(cRow + <usize>j * 4, aRow, panel, bStride, depth, from + <usize>j * 4);
          panel += 128;
        }
        for (; j + 24 <= N; j += 24) {
          row24(cRow + <usize>j * 4, aRow, panel, bStride, depth, from + <usize>j * 4);
          panel += 96;
        }
      }
      for (; j < N; j += width) {
        const at = <usize>j * 4;
        if (exact && j + width > N) {
          const tail = workspace + TAIL;
          copyColumns(tail, WIDEST * 4, from + at, fromStride, rows, N - j);
          panelOfRows(tail, WIDEST * 4, aRow, aStride, panel, bStride, rows, depth, tail, WIDEST * 4);
          copyColumns(cRow + at, cStride, tail, WIDEST * 4, rows, N - j);
        } else {
          panelOfRows(cRow + at, cStride, aRow, aStride, panel, bStride, rows, depth, from + at, fromStride);
        }
        panel += panelStride;
      }
    }
  }
}

function copyColumns(to: usize, toStride: usize, from: usize, fromStride: usize, rows: i32, n: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < n; j++) store<f32>(to + j * 4, load<f32>(from + j * 4));
    to += toStride;
    from += fromStride;
  }
}

/**
 * c [M, N] (+)= a · b for any layout: a(i, k) at a + i·aRow + k·aDepth, b(k, j) at b + k·bDepth + j·bColumn.
 */
export function multiply(
  c: usize, cStride: usize, a: usize, aRow: usize, aDepth: usize, b: usize, bDepth: usize, bColumn: usize,
  M: i32, N: i32, K: i32, accumulate: bool, workspace: usize,
): void {
  const packedA = workspace;
  const packedB = workspace + MC * KC * 4;
  const tail = workspace + TAIL;
  const width = panelWidth();
  // a product of few rows is over before packing would pay
  const direct = M <= DIRECT_ROWS && bColumn == 4;
  for (let k = 0; k < K; k += KC) {
    const depth = min(KC, K - k);
    const fresh = k == 0 && !accumulate;
    for (let j = 0; j < N; j += NC) {
      const columns = min(NC, N - j);
      const bBlock = b + <usize>k * bDepth + <usize>j * bColumn;
      const whole = direct ? columns & -width : 0;
      pack(packedB + <usize>whole * depth * 4, bBlock + <usize>whole * bColumn, bDepth, bColumn, depth, columns - whole, width);
      for (let i = 0; i < M; i += MC) {
        const rows = min(MC, M - i);
        const aBlock = a + <usize>i * aRow + <usize>k * aDepth;
        if (aDepth != 4) pack(packedA, aBlock, aDepth, aRow, depth, rows, 4);
        for (let p = 0; p < columns; p += width) {
          const bPanel = p < whole ? bBlock + <usize>p * 4 : packedB + <usize>p * depth * 4;
          const bStride = p < whole ? bDepth : <usize>width * 4;
          const at = c + <usize>i * cStride + <usize>(j + p) * 4;
          const partial = p + width > columns;
          const out = partial ? tail : at;
          const outStride = partial ? <usize>WIDEST * 4 : cStride;
          if (partial && !fresh) copyColumns(tail, WIDEST * 4, at, cStride, rows, columns - p);
          const init = fresh ? ZEROS : out;
          const initStride = fresh ? <usize>0 : outStride;
          if (aDepth == 4) panelOfRows(out, outStride, aBlock, aRow, bPanel, bStride, rows, depth, init, initStride);
          else panelOfPacked(out, outStride, packedA, bPanel, bStride, rows, depth, init, initStride);
          if (partial) copyColumns(at, cStride, tail, WIDEST * 4, rows, columns - p);
        }
      }
    }
  }
}

/** Slots: c, a, b, M, N, K, transA, transB, accumulate. The longer side of C is dealt out among the threads. */
export function gemm(part: i32, parts: i32, workspace: usize): void {
  const c = argPtr(0);
  const M = arg(3);
  const N = arg(4);
  const K = arg(5);
  if (!TRAINS && (arg(6) | arg(7) | arg(8))) unreachable(); // the products of gradients
  const transA = TRAINS ? arg(6) != 0 : false;
  const transB = TRAINS ? arg(7) != 0 : false;
  const accumulate = TRAINS ? arg(8) != 0 : false;
  const aRow: usize = transA ? 4 : <usize>K * 4;
  const aDepth: usize = transA ? <usize>M * 4 : 4;
  const bDepth: usize = transB ? 4 : <usize>N * 4;
  const bColumn: usize = transB ? <usize>K * 4 : 4;
  const byRows = M > N;
  const i = byRows ? splitAt(M, part, parts, 4) : 0;
  const j = byRows ? 0 : splitAt(N, part, parts, WIDEST);
  const rows = (byRows ? splitAt(M, part + 1, parts, 4) : M) - i;
  const columns = (byRows ? N : splitAt(N, part + 1, parts, WIDEST)) - j;
  if (rows == 0 || columns == 0) return;
  const at = c + (<usize>i * N + j) * 4;
  if (K == 0 && !accumulate) for (let r = 0; r < rows; r++) memory.fill(at + <usize>r * N * 4, 0, <usize>columns * 4);
  multiply(at, <usize>N * 4, argPtr(1) + <usize>i * aRow, aRow, aDepth, argPtr(2) + <usize>j * bColumn, bDepth, bColumn, rows, columns, K, accumulate, workspace);
}
