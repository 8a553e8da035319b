import { input, layers, model, type Model } from "sluice";
import { gruDStack } from "../../irregular.js";
import { optimizerOf } from "../../network.js";
import type { ForecastOptions } from "../options.js";
import type { IrregularPlan } from "./plan.js";

/**
 * GRU-D over the lookback [B, L, 3D], its last output through one dense layer to all steps and targets. A second input, 1 where there
 * is a truth and 0 elsewhere, multiplies the output: targets that were not observed teach nothing.
 */
export function irregularNetwork(
  o: ForecastOptions,
  { lookback, horizon, targets, variables, residual }: IrregularPlan,
): Model {
  const width = horizon * targets.length;
  const x = input({ shape: [lookback, 3 * variables.length], name: "x" });
  const asked = input({ shape: [width], name: "asked" });
  const { last } = gruDStack(x, o);
  const kept = o.dropout > 0 ? layers.dropout({ rate: o.dropout }).apply(last) : last;
  const kernelInitializer = residual ? "zeros" : "glorotUniform";
  const head = layers.dense({ units: width, name: "head", kernelInitializer }).apply(kept);
  const outputs = layers.multiply().apply([head, asked]);
  const network = model({ inputs: [x, asked], outputs, seed: o.seed, name: "forecast" });
  network.compile({ optimizer: optimizerOf(o), loss: o.loss });
  return network;
}
