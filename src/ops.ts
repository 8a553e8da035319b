/** `sluice/ops`: the differentiable tensor operations, for own layers, cells, losses and experiments. */
import "./default-kernels.js";
import "./float64-kernels.js";
import "./training-kernels.js";

export { add, div, equal, greater, greaterEqual, maximum, minimum, mul, pow, sub } from "./ops/arithmetic.js";
export { abs, cos, exp, log, log1p, neg, relu, sigmoid, sin, softplus, sqrt, square, tanh } from "./ops/unary.js";
export {
  activation, elu, gelu, hardSigmoid, leakyRelu, mish, relu6, selu, silu, softsign,
  type ActivationLike, type ActivationName,
} from "./ops/activations.js"; // prettier-ignore
export { logSoftmax, softmax, softmaxCrossEntropy, sparseCrossEntropy } from "./ops/softmax.js";
export { ctcLoss, type CtcLossOptions } from "./ops/ctc-loss.js";
export { clip } from "./ops/clip.js";
export { where } from "./ops/where.js";

export { matmul } from "./ops/matmul.js";
export { conv1d, type Conv1dOptions, type Padding } from "./ops/conv1d.js";
export { layerNorm } from "./ops/layer-norm.js";
export { dropout, dropoutMask } from "./ops/dropout.js";

export { max, mean, sum, type Axes } from "./ops/reduce.js";
export { logSumExp } from "./ops/log-sum-exp.js";
export { argMax } from "./ops/arg-max.js";

export { reshape } from "./ops/reshape.js";
export { expandDims, squeeze } from "./ops/expand-dims.js";
export { transpose } from "./ops/transpose.js";
export { concat, stack } from "./ops/concat.js";
export { split, unstack } from "./ops/split.js";
export { slice } from "./ops/slice.js";
export { pad } from "./ops/pad.js";
export { flip } from "./ops/flip.js";
export { broadcastTo, repeat } from "./ops/broadcast-to.js";
export { gather } from "./ops/gather.js";
export { oneHot } from "./ops/one-hot.js";
export { full, ones, zeros } from "./ops/create.js";

export { grad, valueAndGrad } from "./ops/grad.js";
export { stopGradient } from "./ops/stop-gradient.js";
export { tensor, type ArrayInput, type TensorLike } from "./tensor/make.js";
export { Tensor } from "./tensor/tensor.js";
