/** Convolution over time in which channels do not meet. Forward is dealt out by steps, the gradients by channels: sums over all steps run in one order. */
import { arg, argPtr, splitAt } from "../args";
import { fma, storeLanes } from "../simd";

@inline function B(): i32 { return arg(0); } // prettier-ignore
@inline function T(): i32 { return arg(1); } // prettier-ignore
@inline function C(): i32 { return arg(2); } // prettier-ignore
@inline function K(): i32 { return arg(3); } // prettier-ignore
@inline function steps(): i32 { return arg(4); } // prettier-ignore

/** The step of x that row k of the kernel meets at output t. */
@inline
function stepOf(t: i32, k: i32): i32 {
  return t * arg(5) + k * arg(6) - arg(7);
}

/** Slots: B, T, C, K, steps, stride, dilation, before, x, W, b, y. */
export function depthwise(part: i32, parts: i32): void {
  const n = C();
  const end = splitAt(B() * steps(), part + 1, parts, 1);
  for (let row = splitAt(B() * steps(), part, parts, 1); row < end; row++) {
    const out = argPtr(11) + <usize>row * n * 4;
    const t = row % steps();
    const x = argPtr(8) + <usize>(row / steps()) * T() * n * 4;
    for (let j = 0; j < n; j += 4) storeLanes(out + <usize>j * 4, argPtr(10) ? v128.load(argPtr(10) + <usize>j * 4) : f32x4.splat(0), n - j);
    for (let k = 0; k < K(); k++) {
      const s = stepOf(t, k);
      if (s < 0 || s >= T()) continue;
      const from = x + <usize>s * n * 4;
      const w = argPtr(9) + <usize>k * n * 4;
      for (let j = 0; j < n; j += 4) {
        const at = <usize>j * 4;
        storeLanes(out + at, fma(v128.load(from + at), v128.load(w + at), v128.load(out + at)), n - j);
      }
    }
  }
}

/** Sums of the weights' gradients [K + 1, C in whole blocks], float64: the kernel's rows, then the bias. */
@inline
function sumsAt(k: i32, column: i32): usize {
  return argPtr(16) + (<usize>k * ((C() + 15) & ~15) + column) * 8;
}

/** The same slots, then dy, dx, dW, db, scratch. */
export function depthwiseGrad(part: i32, parts: i32): void {
  const first = splitAt(C(), part, parts, 16);
  const n = splitAt(C(), part + 1, parts, 16) - first;
  if (n == 0) return;
  for (let k = 0; k <= K(); k++) memory.fill(sumsAt(k, first), 0, <usize>((n + 3) & ~3) * 8);
  for (let row = 0; row < B(); row++) gradRow(row, first, n);
  for (let k = 0; k < K(); k++) if (argPtr(14)) addSums(argPtr(14) + (<usize>k * C() + first) * 4, sumsAt(k, first), n);
  if (argPtr(15)) addSums(argPtr(15) + <usize>first * 4, sumsAt(K(), first), n);
}

function gradRow(row: i32, first: i32, n: i32): void {
  const width = <usize>C() * 4;
  const x = argPtr(8) + <usize>row * T() * width + <usize>first * 4;
  const dx = argPtr(13) ? argPtr(13) + <usize>row * T() * width + <usize>first * 4 : 0;
  for (let s = 0; dx && s < T(); s++) memory.fill(dx + <usize>s * width, 0, <usize>n * 4);
  for (let t = 0; t < steps(); t++) {
    const dy = argPtr(12) + <usize>(row * steps() + t) * width + <usize>first * 4;
    for (let k = 0; k < K(); k++) {
      const s = stepOf(t, k);
      if (s < 0 || s >= T()) continue;
      addProducts(sumsAt(k, first), dy, x + <usize>s * width, n);
      if (dx) addScaled(dx + <usize>s * width, dy, argPtr(9) + (<usize>k * C() + first) * 4, n);
    }
    if (argPtr(15)) addProducts(sumsAt(K(), first), dy, 0, n);
  }
}

/** sums += a ⊙ b, or += a where b is 0. */
function addProducts(sums: usize, a: usize, b: usize, n: i32): void {
  for (let j = 0; j < n; j += 4) {
    const product = b ? f32x4.mul(v128.load(a), v128.load(b)) : v128.load(a);
    v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(product)));
    v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(i64x2.shuffle(product, product, 1, 1))), 16);
    a += 16;
    if (b) b += 16;
    sums += 32;
  }
}

/** to += a ⊙ b */
function addScaled(to: usize, a: usize, b: usize, n: i32): void {
  for (let j = 0; j < n; j += 4) {
    storeLanes(to, fma(v128.load(a), v128.load(b), v128.load(to)), n - j);
    to += 16;
    a += 16;
    b += 16;
  }
}

function addSums(to: usize, sums: usize, n: i32): void {
  for (let j = 0; j < n; j++) {
    store<f32>(to, load<f32>(to) + <f32>load<f64>(sums));
    to += 4;
    sums += 8;
  }
}
