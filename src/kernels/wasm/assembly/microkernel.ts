/**
 * The innermost loops of every matrix product: a tile of C stays in registers while k runs once over a panel of B. Each
 * element of C is init + Σ_k a·b, added up in the order of k by one chain of `fma`, whatever the tile, so results do not
 * depend on how rows and columns are cut. The loops are not unrolled: engines up to V8 12 spill registers when they are.
 */
import { isWide } from "./args";
import { fma } from "./simd";

/**
 * 4 rows × 8 columns. Row i of A starts at a + i·rowStride, its elements are kStride apart; B's rows are bStride apart.
 * With fewer than 4 rows the last one is computed again and stored in the same place.
 */
@inline
function tile4x8(
  c: usize, cStride: usize, a: usize, rowStride: usize, b: usize, bStride: usize, rows: i32, K: i32, init: usize, initStride: usize, packed: bool,
): void {
  const i1 = <usize>min(1, rows - 1);
  const i2 = <usize>min(2, rows - 1);
  const i3 = <usize>min(3, rows - 1);
  let p = init;
  let c00 = v128.load(p);
  let c01 = v128.load(p, 16);
  p = init + i1 * initStride;
  let c10 = v128.load(p);
  let c11 = v128.load(p, 16);
  p = init + i2 * initStride;
  let c20 = v128.load(p);
  let c21 = v128.load(p, 16);
  p = init + i3 * initStride;
  let c30 = v128.load(p);
  let c31 = v128.load(p, 16);
  let a1 = a + i1 * rowStride;
  let a2 = a + i2 * rowStride;
  let a3 = a + i3 * rowStride;
  const end = b + <usize>K * bStride;
  while (b != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = packed ? v128.load32_splat(a, 4) : v128.load32_splat(a1);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    x = packed ? v128.load32_splat(a, 8) : v128.load32_splat(a2);
    c20 = fma(x, b0, c20);
    c21 = fma(x, b1, c21);
    x = packed ? v128.load32_splat(a, 12) : v128.load32_splat(a3);
    c30 = fma(x, b0, c30);
    c31 = fma(x, b1, c31);
    b += bStride;
    if (packed) {
      a += 16;
    } else {
      a += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
    }
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  p = c + i1 * cStride;
  v128.store(p, c10);
  v128.store(p, c11, 16);
  p = c + i2 * cStride;
  v128.store(p, c20);
  v128.store(p, c21, 16);
  p = c + i3 * cStride;
  v128.store(p, c30);
  v128.store(p, c31, 16);
}

/**
 * 4 rows × 16 columns, for engines that join pairs of 128-bit operations into 256-bit ones: eight chains of 256 bits hide the
 * latency of `fma`. Without such an engine its 16 sums do not fit the registers.
 */
@inline
function tile4x16(
  c: usize, cStride: usize, a: usize, rowStride: usize, b: usize, bStride: usize, rows: i32, K: i32, init: usize, initStride: usize, packed: bool,
): void {
  const i1 = <usize>min(1, rows - 1);
  const i2 = <usize>min(2, rows - 1);
  const i3 = <usize>min(3, rows - 1);
  let p = init;
  let c00 = v128.load(p);
  let c01 = v128.load(p, 16);
  let c02 = v128.load(p, 32);
  let c03 = v128.load(p, 48);
  p = init + i1 * initStride;
  let c10 = v128.load(p);
  let c11 = v128.load(p, 16);
  let c12 = v128.load(p, 32);
  let c13 = v128.load(p, 48);
  p = init + i2 * initStride;
  let c20 = v128.load(p);
  let c21 = v128.load(p, 16);
  let c22 = v128.load(p, 32);
  let c23 = v128.load(p, 48);
  p = init + i3 * initStride;
  let c30 = v128.load(p);
  let c31 = v128.load(p, 16);
  let c32 = v128.load(p, 32);
  let c33 = v128.load(p, 48);
  let a1 = a + i1 * rowStride;
  let a2 = a + i2 * rowStride;
  let a3 = a + i3 * rowStride;
  const end = b + <usize>K * bStride;
  while (b != end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    let x = v128.load32_splat(a);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    c02 = fma(x, b2, c02);
    c03 = fma(x, b3, c03);
    x = packed ? v128.load32_splat(a, 4) : v128.load32_splat(a1);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    c12 = fma(x, b2, c12);
    c13 = fma(x, b3, c13);
    x = packed ? v128.load32_splat(a, 8) : v128.load32_splat(a2);
    c20 = fma(x, b0, c20);
    c21 = fma(x, b1, c21);
    c22 = fma(x, b2, c22);
    c23 = fma(x, b3, c23);
    x = packed ? v128.load32_splat(a, 12) : v128.load32_splat(a3);
    c30 = fma(x, b0, c30);
    c31 = fma(x, b1, c31);
    c32 = fma(x, b2, c32);
    c33 = fma(x, b3, c33);
    b += bStride;
    if (packed) {
      a += 16;
    } else {
      a += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
    }
  }
  p = c;
  v128.store(p, c00);
  v128.store(p, c01, 16);
  v128.store(p, c02, 32);
  v128.store(p, c03, 48);
  p = c + i1 * cStride;
  v128.store(p, c10);
  v128.store(p, c11, 16);
  v128.store(p, c12, 32);
  v128.store(p, c13, 48);
  p = c + i2 * cStride;
  v128.store(p, c20);
  v128.store(p, c21, 16);
  v128.store(p, c22, 32);
  v128.store(p, c23, 48);
  p = c + i3 * cStride;
  v128.store(p, c30);
  v128.store(p, c31, 16);
  v128.store(p, c32, 32);
  v128.store(p, c33, 48);
}

/** M rows × one panel of B, A's rows contiguous (rowStride bytes apart). */
export function panelOfRows(
  c: usize, cStride: usize, a: usize, rowStride: usize, b: usize, bStride: usize, M: i32, K: i32, init: usize, initStride: usize,
): void {
  const wide = isWide();
  for (let i = 0; i < M; i += 4) {
    if (wide) tile4x16(c, cStride, a, rowStride, b, bStride, M - i, K, init, initStride, false);
    else tile4x8(c, cStride, a, rowStride, b, bStride, M - i, K, init, initStride, false);
    c += 4 * cStride;
    a += 4 * rowStride;
    init += 4 * initStride;
  }
}

/** The same with A packed as [M/4, K, 4]. */
export function panelOfPacked(
  c: usize, cStride: usize, a: usize, b: usize, bStride: usize, M: i32, K: i32, init: usize, initStride: usize,
): void {
  const wide = isWide();
  for (let i = 0; i < M; i += 4) {
    if (wide) tile4x16(c, cStride, a, 0, b, bStride, M - i, K, init, initStride, true);
    else tile4x8(c, cStride, a, 0, b, bStride, M - i, K, init, initStride, true);
    c += 4 * cStride;
    a += <usize>K * 16;
    init += 4 * initStride;
  }
}

/** 1 row × 24 columns, for batch 1: six chains hide most of the latency of `fma`; eight make V8 11 and 12 spill. */
export function row24(c: usize, a: usize, b: usize, bStride: usize, K: i32, init: usize): void {
  let c0 = v128.load(init);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  const end = b + <usize>K * bStride;
  while (b != end) {
    const x = v128.load32_splat(a);
    c0 = fma(x, v128.load(b), c0);
    c1 = fma(x, v128.load(b, 16), c1);
    c2 = fma(x, v128.load(b, 32), c2);
    c3 = fma(x, v128.load(b, 48), c3);
    c4 = fma(x, v128.load(b, 64), c4);
    c5 = fma(x, v128.load(b, 80), c5);
    b += bStride;
    a += 4;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
}

/** 1 row × 32 columns, four chains of 256 bits, for engines that join pairs of operations. */
export function row32(c: usize, a: usize, b: usize, bStride: usize, K: i32, init: usize): void {
  let c0 = v128.load(init);
  let c1 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let c3 = v128.load(init, 48);
  let c4 = v128.load(init, 64);
  let c5 = v128.load(init, 80);
  let c6 = v128.load(init, 96);
  let c7 = v128.load(init, 112);
  const end = b + <usize>K * bStride;
  while (b != end) {
    const x = v128.load32_splat(a);
    c0 = fma(x, v128.load(b), c0);
    c1 = fma(x, v128.load(b, 16), c1);
    c2 = fma(x, v128.load(b, 32), c2);
    c3 = fma(x, v128.load(b, 48), c3);
    c4 = fma(x, v128.load(b, 64), c4);
    c5 = fma(x, v128.load(b, 80), c5);
    c6 = fma(x, v128.load(b, 96), c6);
    c7 = fma(x, v128.load(b, 112), c7);
    b += bStride;
    a += 4;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(c, c4, 64);
  v128.store(c, c5, 80);
  v128.store(c, c6, 96);
  v128.store(c, c7, 112);
}
