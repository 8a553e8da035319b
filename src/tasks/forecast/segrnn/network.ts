import { input, layers, model, type Model } from "sluice";
import { optimizerOf } from "../../network.js";
import type { ForecastOptions } from "../options.js";

/**
 * SegRNN (Lin et al. 2023, arXiv 2308.11200) over the targets as channels: x [B, T, K] → [B, horizon · K], scaled as the targets are.
 * @param segment steps of a segment, which divides lookback and horizon
 */
export function segRnnNetwork(
  o: ForecastOptions,
  { lookback, horizon, K }: { readonly lookback: number; readonly horizon: number; readonly K: number },
  segment: number,
): Model {
  const x = input({ shape: [lookback, K], name: "x" });
  const [units] = o.units as [number];
  const y = layers.segRnn({ units, segmentLength: segment, horizon, dropout: o.dropout, name: "segrnn" }).apply(x);
  const network = model({ inputs: x, outputs: layers.flatten().apply(y), seed: o.seed, name: "forecast" });
  network.compile({ optimizer: optimizerOf(o), loss: o.loss, metrics: ["mae"] });
  return network;
}
