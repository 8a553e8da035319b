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

/** sums [n] += Σ over rows of x, rows `stride` bytes apart. */
export function addColumnSums(sums: usize, x: usize, stride: usize, rows: i32, n: i32): void {
  for (let j = 0; j < n; j += 8) {
    let s0 = v128.load(sums);
    let s1 = v128.load(sums, 16);
    let p = x;
    for (let i = 0; i < rows; i++) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      p += stride;
    }
    storeLanes(sums, s0, n - j);
    if (n - j > 4) storeLanes(sums + 16, s1, n - j - 4);
    sums += 32;
    x += 32;
  }
}
