/**
 * Element-wise functions of one variable, by the codes of UNARY in kernels.ts: those of everyday layers four at a time, the
 * rest one at a time in float64 with the engine's own Math. Slopes follow reference/functions.ts.
 */
import { arg, argPtr, splitAt } from "./args";
import * as engine from "./engine";
import { exp, hardSigmoid, relu, sigmoid, tanh } from "./math";
import { storeLanes } from "./simd";

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
const LEAK = 0.2;
const SQRT_HALF = 0.7071067811865476;
const INVERSE_SQRT_2PI = 0.3989422804014327;

function isVector(f: i32): bool {
  return f <= 4 || f == 9 || f == 10 || f == 14 || (f >= 16 && f <= 19);
}

function vectorValue(f: i32, x: v128): v128 {
  switch (f) {
    case 1: return sigmoid(x);
    case 2: return tanh(x);
    case 3: return relu(x);
    case 4: return hardSigmoid(x);
    case 9: return exp(x);
    case 10: return f32x4.pmin(relu(x), f32x4.splat(6));
    case 14: return f32x4.neg(x);
    case 16: return f32x4.sqrt(x);
    case 17: return f32x4.mul(x, x);
    case 18: return f32x4.abs(x);
    case 19: return f32x4.div(f32x4.splat(1), x);
    default: return x;
  }
}

function scalarSigmoid(x: f64): f64 {
  return 1 / (1 + engine.exp(-x));
}

function softplus(x: f64): f64 {
  return max<f64>(x, 0) + engine.log1p(engine.exp(-abs(x)));
}

/** 1 - erf(x): series (Abramowitz & Stegun 7.1.6) up to 2.5 in size, continued fraction (7.1.14) beyond. */
function erfc(x: f64): f64 {
  const size = abs(x);
  const bell = engine.exp(-x * x) * 0.5641895835477563; // 1/√π
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let k = 1; k < 60; k++) {
      term *= (2 * x * x) / (2 * k + 1);
      sum += term;
    }
    return 1 - 2 * bell * sum;
  }
  let fraction = size;
  for (let k = 60; k >= 1; k--) fraction = size + <f64>k / 2 / fraction;
  return x > 0 ? bell / fraction : 2 - bell / fraction;
}

function normalCdf(x: f64): f64 {
  return 0.5 * erfc(-x * SQRT_HALF);
}

function scalarValue(f: i32, x: f64): f64 {
  switch (f) {
    case 5: return x / (1 + abs(x));
    case 6: return x > 0 ? x : engine.expm1(x);
    case 7: return SELU_SCALE * (x > 0 ? x : SELU_ALPHA * engine.expm1(x));
    case 8: return softplus(x);
    case 11: return x * scalarSigmoid(x);
    case 12: return x * normalCdf(x);
    case 13: return x * engine.tanh(softplus(x));
    case 15: return engine.log(x);
    case 20: return x > 0 ? 1 : x < 0 ? -1 : x;
    case 21: return x > 0 ? x : LEAK * x;
    case 22: return engine.log1p(x);
    case 23: return engine.sin(x);
    default: return engine.cos(x);
  }
}

/** Slots: f, y, x, n. */
export function unary(part: i32, parts: i32): void {
  const f = arg(0);
  const n = arg(3);
  const begin = splitAt(n, part, parts, 16);
  const end = splitAt(n, part + 1, parts, 16);
  let y = argPtr(1) + <usize>begin * 4;
  let x = argPtr(2) + <usize>begin * 4;
  if (isVector(f)) {
    for (let i = begin; i < end; i += 4) {
      storeLanes(y, vectorValue(f, v128.load(x)), end - i);
      y += 16;
      x += 16;
    }
    return;
  }
  for (let i = begin; i < end; i++) {
    store<f32>(y, <f32>scalarValue(f, load<f32>(x)));
    y += 4;
    x += 4;
  }
}

/** Slopes that are simple in x or y. */
function vectorSlope(f: i32, x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  switch (f) {
    case 1: return f32x4.mul(y, f32x4.sub(one, y));
    case 2: return f32x4.sub(one, f32x4.mul(y, y));
    case 3: return v128.and(one, f32x4.gt(x, zero));
    case 4: return v128.and(f32x4.splat(1.0 / 6.0), v128.and(f32x4.gt(y, zero), f32x4.lt(y, one)));
    case 9: return y;
    case 10: return v128.and(one, v128.and(f32x4.gt(x, zero), f32x4.lt(x, f32x4.splat(6))));
    case 14: return f32x4.splat(-1);
    case 16: return f32x4.div(f32x4.splat(0.5), y);
    case 17: return f32x4.add(x, x);
    case 18: return v128.and(v128.or(one, v128.and(x, f32x4.splat(-0.0))), f32x4.ne(x, zero));
    case 19: return f32x4.neg(f32x4.mul(y, y));
    default: return one;
  }
}

function scalarSlope(f: i32, x: f64, y: f64): f64 {
  switch (f) {
    case 5: return 1 / ((1 + abs(x)) * (1 + abs(x)));
    case 6: return x > 0 ? 1 : y + 1;
    case 7: return x > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA;
    case 8: return scalarSigmoid(x);
    case 11: return scalarSigmoid(x) * (1 + x - y);
    case 12: return normalCdf(x) + x * engine.exp(-0.5 * x * x) * INVERSE_SQRT_2PI;
    case 13: {
      const t = engine.tanh(softplus(x));
      return t + x * (1 - t * t) * scalarSigmoid(x);
    }
    case 15: return 1 / x;
    case 20: return 0;
    case 21: return x > 0 ? 1 : LEAK;
    case 22: return 1 / (1 + x);
    case 23: return engine.cos(x);
    default: return -engine.sin(x);
  }
}

/** Slots: f, dx, dy, x, y, n. */
export function unaryGrad(part: i32, parts: i32): void {
  const f = arg(0);
  const n = arg(5);
  const begin = splitAt(n, part, parts, 16);
  const end = splitAt(n, part + 1, parts, 16);
  let at = <usize>begin * 4;
  if (isVector(f)) {
    for (let i = begin; i < end; i += 4) {
      const s = vectorSlope(f, v128.load(argPtr(3) + at), v128.load(argPtr(4) + at));
      storeLanes(argPtr(1) + at, f32x4.mul(v128.load(argPtr(2) + at), s), end - i);
      at += 16;
    }
    return;
  }
  for (let i = begin; i < end; i++) {
    const s = scalarSlope(f, load<f32>(argPtr(3) + at), load<f32>(argPtr(4) + at));
    store<f32>(argPtr(1) + at, <f32>(<f64>load<f32>(argPtr(2) + at) * s));
    at += 4;
  }
}
