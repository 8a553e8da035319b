/** The outer step, on plain arrays: the mean of what the shards changed, and Nesterov's momentum on it. */

/** Sums in pairs of neighbours, then in pairs of pairs: the same order however they came, and its error grows with the logarithm. */
export function meanOf(vectors: readonly Float32Array[]): Float64Array {
  let sums: Float64Array[] = vectors.map((vector) => Float64Array.from(vector));
  while (sums.length > 1) {
    sums = sums.flatMap((one, i) => (i % 2 === 0 ? [added(one, sums[i + 1])] : []));
  }
  const [sum] = sums;
  return sum!.map((x) => x / vectors.length);
}

function added(to: Float64Array, other: Float64Array | undefined): Float64Array {
  if (other) for (const [i, x] of other.entries()) to[i]! += x;
  return to;
}

export interface OuterStep {
  readonly rate: number;
  readonly momentum: number;
}

/**
 * v ← μ·v + Δ, θ ← θ − rate·(Δ + μ·v): torch.optim.SGD with nesterov, where Δ = mean(θ − θ_k) stands for the gradient. In place.
 * @param velocity v, zeros before the first step
 */
export function nesterov(theta: Float32Array, velocity: Float32Array, delta: Float64Array, step: OuterStep): void {
  const { rate, momentum } = step;
  for (const [i, d] of delta.entries()) {
    const v = momentum * velocity[i]! + d;
    velocity[i] = v;
    theta[i] = theta[i]! - rate * (d + momentum * v);
  }
}

export function normOf(vector: Float32Array | Float64Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}
