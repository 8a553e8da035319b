/**
 * Layers of Keras that compute y = (x − a) ⊙ b + c feature by feature, which Sluice has no layer for: as two dense layers that do
 * not learn, x I − a and then times a diagonal matrix. Each product has one term that is not zero, so that nothing is rounded but
 * the subtraction, the product and the sum, as in Keras.
 */
import { layers, type Layer } from "sluice";

export interface Affine {
  readonly subtract: ArrayLike<number>;
  readonly factor: ArrayLike<number>;
  readonly add?: ArrayLike<number>;
}

export function affineLayers(name: string, features: number): [Layer, Layer] {
  const common = { units: features, trainable: false };
  return [layers.dense({ ...common, name: `${name}_shift` }), layers.dense({ ...common, name })];
}

export function assignAffine([shift, scale]: readonly Layer[], { subtract, factor, add }: Affine): void {
  const [identity, minus] = shift!.ownParameters;
  const [diagonal, plus] = scale!.ownParameters;
  const n = minus!.size;
  identity!.assign(diagonalOf(n, () => 1));
  minus!.assign(Float64Array.from({ length: n }, (_, i) => -subtract[i]!));
  diagonal!.assign(diagonalOf(n, (i) => factor[i]!));
  plus!.assign(Float64Array.from({ length: n }, (_, i) => add?.[i] ?? 0));
}

export function diagonalOf(n: number, value: (i: number) => number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = value(i);
  return out;
}
