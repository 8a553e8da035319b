/** Kernels over rows of a matrix: softmax and cross-entropy, layer normalisation. Rows are dealt out among the threads. */
import { arg, argFloat, argPtr, splitAt } from "./args";
import * as engine from "./engine";
import { exp } from "./math";
import { storeLanes } from "./simd";

/** y = e^(x - largest) / Σ; returns log Σ e^x. The last four overlap nothing: they are taken one by one. */
function softmaxRow(y: usize, x: usize, n: i32): f64 {
  let largest: f32 = -Infinity;
  for (let j = 0; j < n; j++) largest = max(largest, load<f32>(x + <usize>j * 4));
  const shift = f32x4.splat(largest);
  let sum: f64 = 0;
  for (let j = 0; j < n; j += 4) {
    const at = <usize>j * 4;
    storeLanes(y + at, exp(f32x4.sub(v128.load(x + at), shift)), n - j);
  }
  for (let j = 0; j < n; j++) sum += <f64>load<f32>(y + <usize>j * 4);
  const scale = f32x4.splat(<f32>(1 / sum));
  for (let j = 0; j < n; j += 4) {
    const at = y + <usize>j * 4;
    storeLanes(at, f32x4.mul(v128.load(at), scale), n - j);
  }
  return <f64>largest + engine.log(sum);
}

@inline
function beginOf(rows: i32, part: i32, parts: i32): i32 {
  return splitAt(rows, part, parts, 1);
}

/** Slots: y, x, rows, cols; and for the cross-entropy loss, label. */
export function softmax(part: i32, parts: i32): void {
  const n = arg(3);
  const loss: usize = TRAINS ? argPtr(4) : 0;
  const end = beginOf(arg(2), part + 1, parts);
  for (let row = beginOf(arg(2), part, parts); row < end; row++) {
    const at = <usize>row * n * 4;
    const x = argPtr(1) + at;
    const wanted = loss ? load<f32>(x + <usize>load<i32>(argPtr(5) + <usize>row * 4) * 4) : 0; // y may be x
    const logSum = softmaxRow(argPtr(0) + at, x, n);
    if (loss) store<f32>(loss + <usize>row * 4, <f32>(logSum - <f64>wanted));
  }
}

/** dx = y ⊙ (dy - Σ dy ⊙ y). Slots: dx, dy, y, rows, cols. */
export function softmaxGrad(part: i32, parts: i32): void {
  const n = arg(4);
  const end = beginOf(arg(3), part + 1, parts);
  for (let row = beginOf(arg(3), part, parts); row < end; row++) {
    const at = <usize>row * n * 4;
    const dy = argPtr(1) + at;
    const y = argPtr(2) + at;
    let dot: f64 = 0;
    for (let j: usize = 0; j < <usize>n * 4; j += 4) dot += <f64>load<f32>(dy + j) * <f64>load<f32>(y + j);
    for (let j: usize = 0; j < <usize>n * 4; j += 4) store<f32>(argPtr(0) + at + j, load<f32>(y + j) * <f32>(<f64>load<f32>(dy + j) - dot));
  }
}

/** Slots: dx, dloss, p, label, rows, cols. */
export function sparseCrossEntropyGrad(part: i32, parts: i32): void {
  const n = arg(5);
  const end = beginOf(arg(4), part + 1, parts);
  for (let row = beginOf(arg(4), part, parts); row < end; row++) {
    const at = <usize>row * n * 4;
    const factor = load<f32>(argPtr(1) + <usize>row * 4);
    const dx = argPtr(0) + at;
    const label = <usize>load<i32>(argPtr(3) + <usize>row * 4) * 4;
    const kept = load<f32>(argPtr(2) + at + label);
    for (let j = 0; j < n; j += 4) {
      const p = v128.load(argPtr(2) + at + <usize>j * 4);
      storeLanes(dx + <usize>j * 4, f32x4.mul(f32x4.splat(factor), p), n - j);
    }
    store<f32>(dx + label, factor * (kept - 1));
  }
}

/** Slots: y, stats, x, gamma, beta, eps, rows, cols. */
export function layerNorm(part: i32, parts: i32): void {
  const n = <usize>arg(7) * 4;
  const end = beginOf(arg(6), part + 1, parts);
  for (let row = beginOf(arg(6), part, parts); row < end; row++) {
    const y = argPtr(0) + <usize>row * n;
    const x = argPtr(2) + <usize>row * n;
    let mean: f64 = 0;
    for (let j: usize = 0; j < n; j += 4) mean += <f64>load<f32>(x + j);
    mean /= <f64>arg(7);
    let variance: f64 = 0;
    for (let j: usize = 0; j < n; j += 4) {
      const centred = <f64>load<f32>(x + j) - mean;
      variance += centred * centred;
    }
    const scale = 1 / sqrt(variance / <f64>arg(7) + <f64>argFloat(5));
    store<f32>(argPtr(1) + <usize>row * 8, <f32>mean);
    store<f32>(argPtr(1) + <usize>row * 8, <f32>scale, 4);
    for (let j: usize = 0; j < n; j += 4) {
      const hat = (<f64>load<f32>(x + j) - mean) * scale;
      const gamma: f64 = argPtr(3) ? load<f32>(argPtr(3) + j) : 1;
      const beta: f64 = argPtr(4) ? load<f32>(argPtr(4) + j) : 0;
      store<f32>(y + j, <f32>(hat * gamma + beta));
    }
  }
}

/** dx by rows, then dγ and dβ by columns. Slots: dx, dgamma, dbeta, dy, stats, x, gamma, rows, cols. */
export function layerNormGrad(part: i32, parts: i32): void {
  const rows = arg(7);
  if (argPtr(0)) {
    const end = beginOf(rows, part + 1, parts);
    for (let row = beginOf(rows, part, parts); row < end; row++) layerNormGradRow(row);
  }
  const last = splitAt(arg(8), part + 1, parts, 16);
  for (let j = splitAt(arg(8), part, parts, 16); j < last; j++) layerNormGradColumn(j, rows);
}

@inline
function hatAt(row: i32, j: usize): f64 {
  const stats = argPtr(4) + <usize>row * 8;
  const x = load<f32>(argPtr(5) + <usize>row * arg(8) * 4 + j);
  return (<f64>x - <f64>load<f32>(stats)) * <f64>load<f32>(stats, 4);
}

@inline
function scaledGradient(row: i32, j: usize): f64 {
  const dy = <f64>load<f32>(argPtr(3) + <usize>row * arg(8) * 4 + j);
  return argPtr(6) ? dy * <f64>load<f32>(argPtr(6) + j) : dy;
}

function layerNormGradRow(row: i32): void {
  const n = <usize>arg(8) * 4;
  let mean: f64 = 0;
  let meanHat: f64 = 0;
  for (let j: usize = 0; j < n; j += 4) {
    const a = scaledGradient(row, j);
    mean += a;
    meanHat += a * hatAt(row, j);
  }
  mean /= <f64>arg(8);
  meanHat /= <f64>arg(8);
  const scale = <f64>load<f32>(argPtr(4) + <usize>row * 8, 4);
  for (let j: usize = 0; j < n; j += 4) {
    const dx = scale * (scaledGradient(row, j) - mean - hatAt(row, j) * meanHat);
    store<f32>(argPtr(0) + <usize>row * n + j, <f32>dx);
  }
}

function layerNormGradColumn(j: i32, rows: i32): void {
  const at = <usize>j * 4;
  let dgamma: f64 = 0;
  let dbeta: f64 = 0;
  for (let row = 0; row < rows; row++) {
    const dy = <f64>load<f32>(argPtr(3) + <usize>row * arg(8) * 4 + at);
    dgamma += dy * hatAt(row, at);
    dbeta += dy;
  }
  if (argPtr(1)) store<f32>(argPtr(1) + at, load<f32>(argPtr(1) + at) + <f32>dgamma);
  if (argPtr(2)) store<f32>(argPtr(2) + at, load<f32>(argPtr(2) + at) + <f32>dbeta);
}
