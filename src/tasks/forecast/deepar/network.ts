import { input, layers, losses, model, type Model, type SymbolicTensor } from "sluice";
import type { FamilyName } from "../../../distributions/index.js";
import { optimizerOf, recurrentStack } from "../../network.js";
import type { ForecastOptions } from "../options.js";
import type { DeepArPlan } from "./settings.js";

/** Numbers that stand for a category, at most; half as many as it has values. */
const WIDEST = 16;

/**
 * DeepAR (Salinas et al. 2020, arXiv 1704.04110, figure 2): lagged values, covariates and an embedding of what the series is
 * [B, T, D], through recurrent layers to the parameters of a distribution of the value at each step [B, T, 1, P]. Values are divided by the
 * scale of the lookback; with counts the parameters are multiplied by its input `scale` instead (section 3.3).
 * @param D lags, covariates and age
 */
export function deepArNetwork(o: ForecastOptions, { categories }: DeepArPlan, D: number): Model {
  const distribution = o.distribution as FamilyName;
  const x = input({ shape: [null, D], name: "x" });
  const indices = categories.map((_, c) => input({ shape: [null], dtype: "int32", name: `category${c}` }));
  const embedded = categories.map(({ values }, c) => {
    const outputDim = Math.min(WIDEST, Math.ceil((values.length + 1) / 2));
    return layers.embedding({ inputDim: values.length + 1, outputDim }).apply(indices[c]!);
  });
  const joined = embedded.length === 0 ? x : layers.concatenate().apply([x, ...embedded]);
  const parameters = layers.distributionHead({ distribution, name: "head" }).apply(recurrentStack(joined, o, true));
  const scale = distribution === "negativeBinomial" ? input({ shape: [null, 1, 2], name: "scale" }) : null;
  const outputs = scale ? layers.multiply().apply([parameters, scale]) : parameters;
  const inputs: SymbolicTensor[] = [x, ...indices, ...(scale ? [scale] : [])];
  const network = model({ inputs: inputs.length === 1 ? x : inputs, outputs, seed: o.seed, name: "deepar" });
  network.compile({ optimizer: optimizerOf(o), loss: losses.negativeLogLikelihood({ distribution }) });
  return network;
}
