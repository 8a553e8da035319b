import { input, layers, model, type Model } from "sluice";
import type { LinearModel } from "../baselines/linear.js";
import { optimizerOf, recurrentStack } from "../network.js";
import type { RegressOptions } from "./options.js";
import { PADDING } from "./samples.js";

/**
 * Recurrent layers over the steps x [B, T, D] (of a plain table one step), then one number [B, 1]. With a linear regression its
 * answer is added, from the row or, for sequences, from their summary [B, 2D]; it stays as it was fitted, and the recurrent part
 * begins at zero, so that it learns what a linear model leaves.
 */
export function regressNetwork(
  options: RegressOptions,
  { D, sequences }: { D: number; sequences: boolean },
  linear: LinearModel | null,
): Model {
  const x = input({ shape: [sequences ? null : 1, D], name: "x" });
  const steps = sequences ? layers.masking({ maskValue: PADDING }).apply(x) : x;
  const h = recurrentStack(steps, options, false);
  const kernelInitializer = linear ? "zeros" : "glorotUniform";
  const head = layers.dense({ units: 1, name: "head", kernelInitializer }).apply(h);
  const summary = linear && sequences ? input({ shape: [2 * D], name: "summary" }) : null;
  const straight =
    linear && layers.dense({ units: 1, name: "linear", trainable: false }).apply(summary ?? layers.flatten().apply(x));
  const outputs = straight ? layers.add().apply([head, straight]) : head;
  const network = model({ inputs: summary ? [x, summary] : x, outputs, seed: options.seed, name: "regress" });
  network.compile({ optimizer: optimizerOf(options), loss: "meanSquaredError", metrics: ["mae"] });
  if (linear) {
    const [W, b] = network.getLayer("linear").parameters;
    W!.assign(linear.weights);
    b!.assign(linear.intercept);
  }
  return network;
}
