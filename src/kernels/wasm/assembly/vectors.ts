/** Plain loops over vectors that several kernels share. */
import { fma, storeLanes } from "./simd";

export function copyFloats(to: usize, from: usize, n: i32): void {
  memory.copy(to, from, <usize>n * 4);
}

/** to += from ⊙ factor */
export function addProductOf(to: usize, from: usize, factor: usize, n: i32): void {
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    v128.store(to, fma(v128.load(from), v128.load(factor), v128.load(to)));
    to += 16;
    from += 16;
    factor += 16;
  }
  if (j < n) storeLanes(to, fma(v128.load(from), v128.load(factor), v128.load(to)), n - j);
}

/** to += from */
export function addInto(to: usize, from: usize, n: i32): void {
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    to += 16;
    from += 16;
  }
  if (j < n) storeLanes(to, f32x4.add(v128.load(to), v128.load(from)), n - j);
}

/** to = a ⊙ b */
export function multiplyInto(to: usize, a: usize, b: usize, n: i32): void {
  let j = 0;
  for (; j + 4 <= n; j += 4) {
    v128.store(to, f32x4.mul(v128.load(a), v128.load(b)));
    to += 16;
    a += 16;
    b += 16;
  }
  if (j < n) storeLanes(to, f32x4.mul(v128.load(a), v128.load(b)), n - j);
}

/** sums [n] += Σ over rows of x, rows `stride` bytes apart; and the same to `also` where it is not 0. */
export function addColumnSums(sums: usize, also: usize, x: usize, stride: usize, rows: i32, n: i32): void {
  for (let j = 0; j < n; j += 16) {
    const at = <usize>j * 4;
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = x + at;
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
      p += stride;
    }
    addSums(sums + at, s0, s1, s2, s3, n - j);
    if (also) addSums(also + at, s0, s1, s2, s3, n - j);
  }
}

function addSums(to: usize, s0: v128, s1: v128, s2: v128, s3: v128, n: i32): void {
  storeLanes(to, f32x4.add(v128.load(to), s0), n);
  if (n > 4) storeLanes(to + 16, f32x4.add(v128.load(to, 16), s1), n - 4);
  if (n > 8) storeLanes(to + 32, f32x4.add(v128.load(to, 32), s2), n - 8);
  if (n > 12) storeLanes(to + 48, f32x4.add(v128.load(to, 48), s3), n - 12);
}
