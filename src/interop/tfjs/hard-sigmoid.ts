/** Sluice's hardSigmoid, clip(x/6 + 0.5, 0, 1), in tfjs, whose own is clip(0.2x + 0.5, 0, 1): the weights divided by 1.2. */
import type { Layer } from "sluice";
import { check } from "../../util/errors.js";

const FACTOR = 1 / 1.2;

/** Factors on the blocks of columns of a layer's weights. @throws SluiceError where no weight could take it up */
export function columnFactors(layer: Layer, where: string): number[] {
  const { activation, recurrentActivation } = layer.config as { activation?: unknown; recurrentActivation?: unknown };
  const [own, gates] = [activation, recurrentActivation].map((f) => (f === "hardSigmoid" ? FACTOR : 1)) as [
    number,
    number,
  ];
  if (own === 1 && gates === 1) return [1];
  switch (layer.className) {
    case "GRU":
      return [gates, gates, own];
    case "LSTM":
      check(
        own === 1,
        () =>
          `${where}: an LSTM with the activation hardSigmoid has no form in tfjs, whose hardSigmoid is another function`,
      );
      return [gates, gates, own, gates];
    case "SimpleRNN":
    case "Dense":
    case "Conv1D":
      return [own];
    default: {
      check(
        false,
        () =>
          `${where}: tfjs's hardSigmoid is another function, clip(0.2x + 0.5, 0, 1), and there is no weight to make up for it`,
      );
      return [];
    }
  }
}

export function scaleColumns(values: ArrayLike<number>, columns: number, factors: readonly number[]): Float32Array {
  const block = columns / factors.length;
  return Float32Array.from(values, (value, i) => value * factors[Math.floor((i % columns) / block)]!);
}
