/** Products of one row with some columns of a row-major matrix M [K, columns]: columns from … from + n - 1. */

/** out[j] += Σ_k v[k] · M[k, from + j]; n is out's length. */
export function addProduct(out: Float64Array, v: Float64Array, M: Float64Array, columns: number, from: number): void {
  for (let k = 0; k < v.length; k++) {
    for (let j = 0; j < out.length; j++) out[j]! += v[k]! * M[k * columns + from + j]!;
  }
}

/** out[k] += Σ_j M[k, from + j] · v[j]; n is v's length. */
export function addTransposed(
  out: Float64Array,
  v: Float64Array,
  M: Float64Array,
  columns: number,
  from: number,
): void {
  for (let k = 0; k < out.length; k++) {
    for (let j = 0; j < v.length; j++) out[k]! += M[k * columns + from + j]! * v[j]!;
  }
}

/** M[k, from + j] += a[k] · v[j]; n is v's length. */
export function addOuter(M: Float64Array, a: Float64Array, v: Float64Array, columns: number, from: number): void {
  for (let k = 0; k < a.length; k++) {
    for (let j = 0; j < v.length; j++) M[k * columns + from + j]! += a[k]! * v[j]!;
  }
}

/** out[j] += v[j]; out may be longer or empty (an absent bias). */
export function addInto(out: Float64Array, v: Float64Array): void {
  for (let j = 0; j < Math.min(out.length, v.length); j++) out[j]! += v[j]!;
}
