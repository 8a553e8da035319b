/** The last layers of a network that foresees with doubt, and where they begin. */
import { layers, type Model, type SymbolicTensor } from "sluice";
import { families } from "../../../distributions/index.js";
import { predictAutoregression, designOf, type Autoregression } from "../autoregression.js";
import type { Samples } from "../samples.js";
import type { Doubt } from "./doubt.js";

/** Numbers that the network gives for each step and target. */
export function channelsOf(doubt: Doubt | null): number {
  if (doubt === null || doubt.head === "point") return 1;
  return doubt.head === "quantiles" ? doubt.outputs.length : families[doubt.head].parameters.length;
}

/** Which of them the forecast is added to. */
export function isLocation(doubt: Doubt | null, channel: number): boolean {
  return channel === 0 || doubt?.head === "quantiles";
}

/**
 * @param h [B, H]
 * @param scale [B, W, 2], with counts
 * @returns [B, W] for points, else [B, W, C]
 */
export function headOf(
  doubt: Doubt | null,
  h: SymbolicTensor,
  width: number,
  kernelInitializer: "zeros" | "glorotUniform",
  scale: SymbolicTensor | null,
): SymbolicTensor {
  const common = { name: "head", kernelInitializer };
  if (doubt === null || doubt.head === "point") return layers.dense({ ...common, units: width }).apply(h);
  if (doubt.head === "quantiles") {
    const flat = layers.dense({ ...common, units: width * doubt.outputs.length }).apply(h);
    return layers.reshape({ targetShape: [width, doubt.outputs.length] }).apply(flat);
  }
  const parameters = layers.distributionHead({ ...common, units: width, distribution: doubt.head }).apply(h);
  return scale ? layers.multiply().apply([parameters, scale]) : parameters;
}

/** Windows whose errors the head begins with, at most. */
const MOST = 2000;

/** Degrees of freedom that a t distribution begins with: tails that let outliers be. */
const FREEDOM = 5;

/**
 * Sets the biases so that the network begins with the quantiles (or the mean and the spread) of what the linear model, or the last value,
 * leaves in the training part.
 */
export function startHead(model: Model, doubt: Doubt | null, train: Samples, linear: Autoregression | null): void {
  if (doubt === null || doubt.head === "point" || doubt.head === "negativeBinomial") return;
  const every = Math.ceil(train.count / MOST);
  const batch = train.batch(Int32Array.from({ length: Math.ceil(train.count / every) }, (_, i) => i * every));
  const foreseen = linear && predictAutoregression(linear, designOf(batch));
  const width = batch.y.shape[1]!;
  const C = channelsOf(doubt);
  const bias = new Float64Array(width * C);
  for (let w = 0; w < width; w++) {
    const errors = Float64Array.from({ length: batch.y.shape[0]! }, (_, i) => {
      return batch.y.data[i * width + w]! - (foreseen?.[i * width + w] ?? 0);
    }).sort();
    bias.set(doubt.head === "quantiles" ? doubt.outputs.map((p) => quantileOf(errors, p)) : startOf(errors, C), w * C);
  }
  const [, parameter] = model.getLayer("head").parameters;
  parameter!.assign(bias);
}

function quantileOf(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (at - Math.floor(at)) * (above - below);
}

/** Mean and deviation; with a third parameter, location, scale and degrees of freedom. */
export function startOf(errors: Float64Array, parameters: number): number[] {
  const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
  const variance = errors.reduce((sum, e) => sum + (e - mean) ** 2, 0) / errors.length;
  const deviation = Math.max(Math.sqrt(variance), 1e-3);
  if (parameters === 2) return [mean, softplusInverse(deviation)];
  return [mean, softplusInverse(deviation * Math.sqrt((FREEDOM - 2) / FREEDOM)), softplusInverse(FREEDOM - 2)];
}

/** ln(eˣ − 1) */
function softplusInverse(x: number): number {
  return x + Math.log(-Math.expm1(-x));
}
