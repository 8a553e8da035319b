import { mul } from "../ops/arithmetic.js";
import { reshape } from "../ops/reshape.js";
import { mean } from "../ops/reduce.js";
import { sameShape, showShape, sizeOf } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { tensor } from "../tensor/make.js";
import { canonical } from "../util/aliases.js";
import { check, show, SluiceError } from "../util/errors.js";
import { makeNamed, type Named } from "../util/named.js";
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  kullbackLeiblerDivergence,
  sparseCategoricalCrossentropy,
} from "./crossentropy.js";
import type { Loss } from "./loss.js";
import { provided } from "./provided.js";
import {
  cosineSimilarity,
  huber,
  logCosh,
  meanAbsoluteError,
  meanSquaredError,
  poisson,
  quantile,
} from "./regression.js";

export * from "./factories.js";
export type { LabelKind } from "./labels.js";
export type { Loss } from "./loss.js";

/** (yTrue, yPred) ⟶ one value for each position, or for each element, or for the whole batch; built from differentiable operations. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;
/** A name such as "meanSquaredError", "mse" or "mean_squared_error", `losses.huber({ delta: 2 })`, a saved configuration, or a function. */
export type LossLike = string | Loss | Named | LossFunction;

const FACTORIES = {
  meanSquaredError, meanAbsoluteError, huber, logCosh, poisson, cosineSimilarity, quantile,
  binaryCrossentropy, categoricalCrossentropy, sparseCategoricalCrossentropy, kullbackLeiblerDivergence,
}; // prettier-ignore

const ALIASES = {
  mse: "meanSquaredError", mae: "meanAbsoluteError", bce: "binaryCrossentropy", kld: "kullbackLeiblerDivergence",
  kldivergence: "kullbackLeiblerDivergence", pinball: "quantile",
}; // prettier-ignore

/** The loss that a user's value stands for. */
export function resolveLoss(value: LossLike, where: string): Loss {
  if (typeof value === "function") return customLoss(value);
  if (typeof value === "object" && value !== null && "call" in value) return value;
  const known = { ...FACTORIES, ...provided };
  const factories = typeof value === "string" ? known : { ...known, custom: lostLoss };
  return makeNamed(where, "loss", factories, canonical(value, Object.keys(known), ALIASES));
}

/** Whether a name stands for a loss, for those who take other names too. */
export function isLossName(value: unknown): boolean {
  const name = canonical(value, Object.keys(FACTORIES), ALIASES);
  return typeof name === "string" && Object.hasOwn(FACTORIES, name);
}

/** A user's own function as a loss; it is kept by name only, so a saved model needs it again. */
function customLoss(f: LossFunction): Loss {
  const name = f.name || "customLoss";
  return {
    className: "custom",
    config: { name },
    labels: "values",
    call(yTrue, yPred, weighted = false) {
      // [N] and [N, 1] hold the same labels; taken as they are they would broadcast against each other to [N, N]
      const labels = yTrue.size === yPred.size ? reshape(yTrue, yPred.shape) : yTrue;
      return perPosition(`loss ${name}`, f(labels, yPred), yPred, weighted);
    },
    checkOutput: () => undefined,
    checkLabels: () => undefined,
  };
}

/** What a saved user's function becomes: the model loads and predicts, and can be compiled with the function again. */
function lostLoss({ name = "" }: { name?: string }): Loss {
  const lost = () => {
    throw new SluiceError(`loss "${name}" was a function of the program that saved the model; compile with it again`);
  };
  return {
    className: "custom",
    config: { name },
    labels: "values",
    call: lost,
    checkOutput: () => undefined,
    checkLabels: lost,
  };
}

/** Brings a result to one value for each position: elements are averaged, a single number counts for every position. */
function perPosition(where: string, loss: Tensor, yPred: Tensor, weighted: boolean): Tensor {
  check(loss instanceof Tensor, () => `${where}: expected a function that returns a tensor, got ${show(loss)}`);
  const positions = yPred.shape.slice(0, -1);
  if (sameShape(loss.shape, positions)) return loss;
  if (sameShape(loss.shape, yPred.shape)) return mean(loss, -1);
  check(loss.size === 1, () => {
    return `${where}: expected a result ${showShape(positions)}, ${showShape(yPred.shape)} or [], got ${showShape(loss.shape)}`;
  });
  check(!weighted || sizeOf(positions) === 1, () => {
    return `${where}: with masks or weights it must return one value for each position, ${showShape(positions)}, got one number`;
  });
  return mul(loss, tensor(new Float32Array(yPred.size / yPred.shape.at(-1)!).fill(1), positions));
}
