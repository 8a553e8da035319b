/** Layer normalisation of a few columns, in place or from one row to another; sums in four lanes, always in one order. */
import { fma, sumLanes } from "../simd";

/**
 * N(x) = (x − mean) / √(variance + ε) over n elements → hat, and gain ⊙ N(x) + bias → out; hat, out and bias may be 0, and x may be
 * one of the first two.
 * @returns 1 / √(variance + ε)
 */
export function normalize(out: usize, hat: usize, x: usize, gain: usize, bias: usize, n: i32, epsilon: f32): f32 {
  const size = <usize>n * 4;
  const whole = size & ~15;
  let sums = f32x4.splat(0);
  for (let at: usize = 0; at < whole; at += 16) sums = f32x4.add(sums, v128.load(x + at));
  let mean = sumLanes(sums);
  for (let at = whole; at < size; at += 4) mean += load<f32>(x + at);
  mean /= <f32>n;
  const means = f32x4.splat(mean);
  let squares = f32x4.splat(0);
  for (let at: usize = 0; at < whole; at += 16) {
    const centred = f32x4.sub(v128.load(x + at), means);
    squares = fma(centred, centred, squares);
  }
  let variance = sumLanes(squares);
  for (let at = whole; at < size; at += 4) {
    const centred = load<f32>(x + at) - mean;
    variance += centred * centred;
  }
  const scale: f32 = 1 / sqrt(variance / <f32>n + epsilon);
  const scales = f32x4.splat(scale);
  for (let at: usize = 0; at < whole; at += 16) {
    const value = f32x4.mul(f32x4.sub(v128.load(x + at), means), scales);
    if (out) v128.store(out + at, fma(value, v128.load(gain + at), bias ? v128.load(bias + at) : f32x4.splat(0)));
    if (hat) v128.store(hat + at, value);
  }
  for (let at = whole; at < size; at += 4) {
    const value = (load<f32>(x + at) - mean) * scale;
    if (out) store<f32>(out + at, value * load<f32>(gain + at) + (bias ? load<f32>(bias + at) : 0));
    if (hat) store<f32>(hat + at, value);
  }
  return scale;
}

/** dx of gain ⊙ N(x) + bias, given dy and what `normalize` gave; adds to dx where `adds`. dx is not dy. */
export function normalizeGrad(dx: usize, dy: usize, hat: usize, gain: usize, scale: f32, n: i32, adds: bool): void {
  const size = <usize>n * 4;
  const whole = size & ~15;
  let sums = f32x4.splat(0);
  let alongs = f32x4.splat(0);
  for (let at: usize = 0; at < whole; at += 16) {
    const d = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    sums = f32x4.add(sums, d);
    alongs = fma(d, v128.load(hat + at), alongs);
  }
  let mean = sumLanes(sums);
  let along = sumLanes(alongs);
  for (let at = whole; at < size; at += 4) {
    const d = load<f32>(dy + at) * load<f32>(gain + at);
    mean += d;
    along += d * load<f32>(hat + at);
  }
  mean /= <f32>n;
  along /= <f32>n;
  for (let at: usize = 0; at < whole; at += 16) {
    const d = f32x4.mul(v128.load(dy + at), v128.load(gain + at));
    const centred = f32x4.sub(f32x4.sub(d, f32x4.splat(mean)), f32x4.mul(v128.load(hat + at), f32x4.splat(along)));
    const value = f32x4.mul(centred, f32x4.splat(scale));
    v128.store(dx + at, adds ? f32x4.add(v128.load(dx + at), value) : value);
  }
  for (let at = whole; at < size; at += 4) {
    const d = load<f32>(dy + at) * load<f32>(gain + at);
    const value = (d - mean - load<f32>(hat + at) * along) * scale;
    store<f32>(dx + at, adds ? load<f32>(dx + at) + value : value);
  }
}
