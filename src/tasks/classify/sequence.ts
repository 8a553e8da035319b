/** A numeric sequence: values[t * D + d] is feature d at step t; NaN where it is missing. */
export interface Sequence {
  readonly values: ArrayLike<number>;
  /** Steps. */
  readonly length: number;
  readonly D: number;
}

/** Step t of n that lie evenly between the first step and the last, by the straight line between neighbours, [n, D]. */
export function resampled({ values, length, D }: Sequence, n: number): Float64Array {
  return Float64Array.from({ length: n * D }, (_, j) => {
    const at = n === 1 ? 0 : (Math.floor(j / D) * (length - 1)) / (n - 1);
    const [t, d] = [Math.min(Math.floor(at), Math.max(0, length - 2)), j % D];
    const here = values[t * D + d]!;
    return length === 1 ? here : here + (values[(t + 1) * D + d]! - here) * (at - t);
  });
}

/** Means of n parts of the sequence, each of a like share of its steps and of one at least, [n, D]. */
export function segmentMeans({ values, length, D }: Sequence, n: number): Float64Array {
  const out = new Float64Array(n * D);
  for (let s = 0; s < n; s++) {
    const from = Math.min(Math.floor((s * length) / n), length - 1);
    const to = Math.max(from + 1, Math.floor(((s + 1) * length) / n));
    for (let t = from; t < to; t++) for (let d = 0; d < D; d++) out[s * D + d]! += values[t * D + d]! / (to - from);
  }
  return out;
}
