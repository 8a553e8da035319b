export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
}

/** Pairs of steps and changes of the gradient that are kept. */
const MEMORY = 10;
/** Armijo's condition: the share of the decrease that the slope promises. */
const SUFFICIENT = 1e-4;

/**
 * Minimum of a smooth function by L-BFGS (Liu and Nocedal 1989, doi 10.1007/BF01589116; two-loop recursion: Nocedal and Wright,
 * Numerical Optimization, algorithm 7.4) with backtracking.
 * @param f writes the gradient at x and gives the value
 * @param tolerance it ends when no element of the gradient is larger
 */
export function minimize(
  f: (x: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  { tolerance = 1e-5, iterations = 500 } = {},
): Minimum {
  let x = start.slice();
  let gradient = new Float64Array(x.length);
  let value = f(x, gradient);
  const pairs: { s: Float64Array; y: Float64Array; sy: number }[] = [];
  for (let k = 0; k < iterations; k++) {
    if (gradient.every((g) => Math.abs(g) <= tolerance)) return { x, value, iterations: k };
    const step = direction(gradient, pairs);
    const slope = dot(step, gradient);
    // Before anything is known of the curvature, a step of length 1 at most.
    let size = pairs.length > 0 ? 1 : Math.min(1, 1 / Math.sqrt(dot(gradient, gradient)));
    const next = new Float64Array(x.length);
    const nextGradient = new Float64Array(x.length);
    let nextValue = Infinity;
    for (; size > 1e-16; size /= 2) {
      for (let i = 0; i < x.length; i++) next[i] = x[i]! + size * step[i]!;
      nextValue = f(next, nextGradient);
      if (nextValue <= value + SUFFICIENT * size * slope) break;
    }
    if (size <= 1e-16) return { x, value, iterations: k };
    const s = next.map((v, i) => v - x[i]!);
    const y = nextGradient.map((v, i) => v - gradient[i]!);
    const sy = dot(s, y);
    if (sy > 1e-12 * dot(y, y)) pairs.push({ s, y, sy });
    if (pairs.length > MEMORY) pairs.shift();
    [x, gradient, value] = [next, nextGradient, nextValue];
  }
  return { x, value, iterations };
}

/** -H·gradient, H the approximate inverse of the Hessian. */
function direction(
  gradient: Float64Array,
  pairs: readonly { s: Float64Array; y: Float64Array; sy: number }[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas = new Float64Array(pairs.length);
  for (let j = pairs.length - 1; j >= 0; j--) {
    const { s, y, sy } = pairs[j]!;
    const alpha = (alphas[j] = dot(s, q) / sy);
    for (let i = 0; i < q.length; i++) q[i]! -= alpha * y[i]!;
  }
  const last = pairs.at(-1);
  const scale = last ? last.sy / dot(last.y, last.y) : 1;
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  for (const [j, { s, y, sy }] of pairs.entries()) {
    const beta = dot(y, q) / sy;
    for (let i = 0; i < q.length; i++) q[i]! += (alphas[j]! - beta) * s[i]!;
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
