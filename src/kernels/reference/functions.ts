import type { Binary, FusedActivation, Unary } from "../kernels.js";

/** f and its derivative; the derivative may use both the argument x and the value y = f(x). At a kink it is the left one. */
interface UnaryFunction {
  value(x: number): number;
  slope(x: number, y: number): number;
}

// Klambauer et al. 2017, arXiv 1706.02515, section 2
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;
/** Slope of leakyRelu below zero: Keras 3's default. */
const LEAK = 0.2;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
const normalCdf = (x: number) => 0.5 * erfc(-x / Math.SQRT2);
const normalDensity = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

export const UNARY_FUNCTIONS: Record<Unary, UnaryFunction> = {
  linear: { value: (x) => x, slope: () => 1 },
  sigmoid: { value: sigmoid, slope: (_, y) => y * (1 - y) },
  tanh: { value: Math.tanh, slope: (_, y) => 1 - y * y },
  relu: { value: (x) => Math.max(x, 0), slope: (x) => (x > 0 ? 1 : 0) },
  hardSigmoid: { value: (x) => clip(x / 6 + 0.5, 0, 1), slope: (_, y) => (y > 0 && y < 1 ? 1 / 6 : 0) },
  softsign: { value: (x) => x / (1 + Math.abs(x)), slope: (x) => (1 + Math.abs(x)) ** -2 },
  elu: { value: (x) => (x > 0 ? x : Math.expm1(x)), slope: (x, y) => (x > 0 ? 1 : y + 1) },
  selu: {
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (x, y) => (x > 0 ? SELU_SCALE : y + SELU_SCALE * SELU_ALPHA),
  },
  softplus: { value: softplus, slope: sigmoid },
  exponential: { value: Math.exp, slope: (_, y) => y },
  relu6: { value: (x) => clip(x, 0, 6), slope: (x) => (x > 0 && x < 6 ? 1 : 0) },
  silu: { value: (x) => x * sigmoid(x), slope: (x, y) => sigmoid(x) * (1 + x - y) },
  gelu: { value: (x) => x * normalCdf(x), slope: (x) => normalCdf(x) + x * normalDensity(x) },
  mish: { value: (x) => x * Math.tanh(softplus(x)), slope: mishSlope },
  neg: { value: (x) => -x, slope: () => -1 },
  log: { value: Math.log, slope: (x) => 1 / x },
  sqrt: { value: Math.sqrt, slope: (_, y) => 0.5 / y },
  square: { value: (x) => x * x, slope: (x) => 2 * x },
  abs: { value: Math.abs, slope: (x) => Math.sign(x) },
  reciprocal: { value: (x) => 1 / x, slope: (_, y) => -y * y },
  sign: { value: Math.sign, slope: () => 0 },
  leakyRelu: { value: (x) => (x > 0 ? x : LEAK * x), slope: (x) => (x > 0 ? 1 : LEAK) },
  log1p: { value: Math.log1p, slope: (x) => 1 / (1 + x) },
  sin: { value: Math.sin, slope: Math.cos },
  cos: { value: Math.cos, slope: (x) => -Math.sin(x) },
};

export const BINARY_FUNCTIONS: Record<Binary, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: Math.pow,
  max: Math.max,
  min: Math.min,
  greater: (a, b) => (a > b ? 1 : 0),
  greaterEqual: (a, b) => (a >= b ? 1 : 0),
  equal: (a, b) => (a === b ? 1 : 0),
};

/** f'(a) from the value f(a) alone, for the fused recurrent kernels. */
export function slopeFromValue(f: FusedActivation, y: number): number {
  // relu is the only one whose slope reads its argument, and there the value has the same sign
  return UNARY_FUNCTIONS[f].slope(y, y);
}

/** d/dx [x·t(x)] with t = tanh(softplus(x)): t + x·(1 - t²)·sigmoid(x). */
function mishSlope(x: number): number {
  const t = Math.tanh(softplus(x));
  return t + x * (1 - t * t) * sigmoid(x);
}

/**
 * 1 - erf(x): below 2.5 in size by the series erf x = 2/√π · e^(-x²) · Σ (2x²)^k x / (1·3·…·(2k+1)) (Abramowitz & Stegun 7.1.6),
 * else by the continued fraction 7.1.14, from its 60th level up; within 1e-14 relative.
 */
function erfc(x: number): number {
  const size = Math.abs(x);
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI);
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
  for (let k = 60; k >= 1; k--) fraction = size + k / 2 / fraction;
  return x > 0 ? bell / fraction : 2 - bell / fraction;
}
