import { input, layers, losses, model, type Model, type SymbolicTensor } from "sluice";
import { optimizerOf, recurrentStack } from "../../network.js";
import type { ForecastOptions } from "../options.js";
import type { Shape } from "./tracks.js";

/** Numbers that stand for a category, at most; half as many as it has values. */
const WIDEST = 16;

/**
 * DeepAR (Salinas et al. 2020, arXiv 1704.04110, figure 2): lagged values, covariates and an embedding of what the series is
 * [B, T, D], through recurrent layers to the parameters of a distribution of the value at each step [B, T, 1, P]. With counts these are
 * multiplied by the input `beside`, the scale of the lookback (section 3.3); else, with `residual`, it holds the last value, which is added
 * to the location, so that the network begins as a random walk.
 * @param D lags, covariates and age
 */
export function deepArNetwork(o: ForecastOptions, { plan, counts, residual, P }: Shape, D: number): Model {
  const { categories } = plan;
  const distribution = o.distribution!;
  const x = input({ shape: [null, D], name: "x" });
  const indices = categories.map((_, c) => input({ shape: [null], dtype: "int32", name: `category${c}` }));
  const embedded = categories.map(({ values }, c) => {
    const outputDim = Math.min(WIDEST, Math.ceil((values.length + 1) / 2));
    return layers.embedding({ inputDim: values.length + 1, outputDim }).apply(indices[c]!);
  });
  const joined = embedded.length === 0 ? x : layers.concatenate().apply([x, ...embedded]);
  const kernelInitializer = residual ? "zeros" : "glorotUniform";
  const head = layers.distributionHead({ distribution, name: "head", kernelInitializer });
  const parameters = head.apply(recurrentStack(joined, o, true));
  const beside = counts || residual ? input({ shape: [null, 1, P], name: "beside" }) : null;
  const outputs = beside ? (counts ? layers.multiply() : layers.add()).apply([parameters, beside]) : parameters;
  const inputs: SymbolicTensor[] = [x, ...indices, ...(beside ? [beside] : [])];
  const network = model({ inputs: inputs.length === 1 ? x : inputs, outputs, seed: o.seed, name: "deepar" });
  network.compile({ optimizer: optimizerOf(o), loss: losses.negativeLogLikelihood({ distribution }) });
  return network;
}
