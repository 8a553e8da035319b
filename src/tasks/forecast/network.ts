import { input, layers, losses, model, type Model, type SymbolicTensor } from "sluice";
import { optimizerOf, recurrentStack } from "../network.js";
import type { Autoregression } from "./autoregression.js";
import type { Doubt } from "./doubt/doubt.js";
import { channelsOf, headOf, isLocation } from "./doubt/head.js";
import type { ForecastOptions } from "./options.js";

export interface NetworkSizes {
  readonly lookback: number;
  readonly horizon: number;
  /** Targets. */
  readonly K: number;
  /** Columns of x. */
  readonly D: number;
  /** Future covariates. */
  readonly F: number;
}

/**
 * Stacked recurrent layers over the lookback [B, T, D]; their last output, beside the future covariates, through one dense layer to
 * all steps and targets [B, horizon · K], or with doubt to the quantiles or the parameters of a distribution of each [B, horizon · K, C]. With `linear` the linear autoregression is added, as it was fitted: the recurrent part
 * begins at zero and learns what the linear one leaves (Zhang 2003, section 3; a linear path beside the network as in LSTNet, Lai et
 * al. 2018, section 3.6). The linear weights stay as they are: trained along, they lose what least squares had found.
 * @param fromZero whether the recurrent part adds nothing at the beginning
 */
export function forecastNetwork(
  o: ForecastOptions,
  { lookback, horizon, K, D, F }: NetworkSizes,
  autoregression: Autoregression | null,
  fromZero: boolean,
  doubt: Doubt | null,
): Model {
  const x = input({ shape: [lookback, D], name: "x" });
  const future = F > 0 ? input({ shape: [horizon, F], name: "future" }) : null;
  const flat = future && layers.flatten().apply(future);
  const h = recurrentStack(x, o, false);
  const width = horizon * K;
  const kernelInitializer = fromZero ? "zeros" : "glorotUniform";
  const scale = doubt?.head === "negativeBinomial" ? input({ shape: [width, 2], name: "scale" }) : null;
  const head = headOf(doubt, join(h, flat), width, kernelInitializer, scale);
  const linear = autoregression && linearOf(join(layers.flatten().apply(x), flat), width, channelsOf(doubt));
  const outputs = linear ? layers.add().apply([head, linear]) : head;
  const inputs = [x, ...(future ? [future] : []), ...(scale ? [scale] : [])];
  const network = model({ inputs: inputs.length === 1 ? x : inputs, outputs, seed: o.seed, name: "forecast" });
  network.compile({ optimizer: optimizerOf(o), ...judgedBy(o, doubt) });
  if (autoregression) startLinear(network, autoregression, lookback * D + horizon * F, width, doubt);
  return network;
}

/** With doubt the loss is the pinball loss, or the likelihood. */
function judgedBy({ loss }: ForecastOptions, doubt: Doubt | null) {
  if (doubt === null || doubt.head === "point") return { loss, metrics: ["mae"] };
  if (doubt.head === "quantiles") return { loss: losses.quantile({ q: doubt.outputs }) };
  return { loss: losses.negativeLogLikelihood({ distribution: doubt.head }) };
}

/** [B, W], or [B, W, C] */
function linearOf(x: SymbolicTensor, width: number, channels: number): SymbolicTensor {
  const flat = layers.dense({ units: width * channels, name: "linear", trainable: false }).apply(x);
  return channels === 1 ? flat : layers.reshape({ targetShape: [width, channels] }).apply(flat);
}

function join(a: SymbolicTensor, b: SymbolicTensor | null): SymbolicTensor {
  return b ? layers.concatenate().apply([a, b]) : a;
}

function startLinear(
  network: Model,
  { columns, model: { weights, intercept } }: Autoregression,
  n: number,
  width: number,
  doubt: Doubt | null,
): void {
  const C = channelsOf(doubt);
  const kernel = new Float64Array(n * width * C);
  const bias = new Float64Array(width * C);
  for (let k = 0; k < width * C; k++) {
    if (!isLocation(doubt, k % C)) continue;
    const w = Math.floor(k / C);
    bias[k] = intercept[w]!;
    for (const [i, column] of columns.entries()) kernel[column * width * C + k] = weights[i * width + w]!;
  }
  const [W, b] = network.getLayer("linear").parameters;
  W!.assign(kernel);
  b!.assign(bias);
}
