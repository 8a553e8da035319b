import { input, layers, model, type Model, type SymbolicTensor } from "sluice";
import { optimizerOf, recurrentStack } from "../network.js";
import type { Autoregression } from "./autoregression.js";
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
 * all steps and targets [B, horizon · K]. With `linear` the linear autoregression is added, as it was fitted: the recurrent part
 * begins at zero and learns what the linear one leaves (Zhang 2003, section 3; a linear path beside the network as in LSTNet, Lai et
 * al. 2018, section 3.6). The linear weights stay as they are: trained along, they lose what least squares had found.
 * @param fromZero whether the recurrent part adds nothing at the beginning
 */
export function forecastNetwork(
  o: ForecastOptions,
  { lookback, horizon, K, D, F }: NetworkSizes,
  autoregression: Autoregression | null,
  fromZero: boolean,
): Model {
  const x = input({ shape: [lookback, D], name: "x" });
  const future = F > 0 ? input({ shape: [horizon, F], name: "future" }) : null;
  const flat = future && layers.flatten().apply(future);
  const h = recurrentStack(x, o, false);
  const width = horizon * K;
  const kernelInitializer = fromZero ? "zeros" : "glorotUniform";
  const head = layers.dense({ units: width, name: "head", kernelInitializer }).apply(join(h, flat));
  const linear =
    autoregression &&
    layers.dense({ units: width, name: "linear", trainable: false }).apply(join(layers.flatten().apply(x), flat));
  const outputs = linear ? layers.add().apply([head, linear]) : head;
  const network = model({ inputs: future ? [x, future] : x, outputs, seed: o.seed, name: "forecast" });
  network.compile({ optimizer: optimizerOf(o), loss: o.loss, metrics: ["mae"] });
  if (autoregression) startLinear(network, autoregression, lookback * D + horizon * F, width);
  return network;
}

function join(a: SymbolicTensor, b: SymbolicTensor | null): SymbolicTensor {
  return b ? layers.concatenate().apply([a, b]) : a;
}

function startLinear(
  network: Model,
  { columns, model: { weights, intercept } }: Autoregression,
  n: number,
  k: number,
): void {
  const kernel = new Float64Array(n * k);
  for (const [i, column] of columns.entries()) kernel.set(weights.subarray(i * k, (i + 1) * k), column * k);
  const [W, b] = network.getLayer("linear").parameters;
  W!.assign(kernel);
  b!.assign(intercept);
}
