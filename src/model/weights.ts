import type { Layer } from "../layers/layer.js";
import type { Parameter } from "../layers/parameter.js";
import { sameShape, showShape } from "../tensor/shape.js";
import type { FloatDType } from "../tensor/dtype.js";
import { convert, toTensor, type TensorLike } from "../tensor/make.js";
import { Tensor } from "../tensor/tensor.js";
import { check } from "../util/errors.js";

/** Copies of all weights, in the order of the layers. */
export function getWeights(parameters: readonly Parameter[], dtype: FloatDType): Tensor[] {
  return parameters.map((p) => Tensor.of(convert(p.read(), dtype), p.shape));
}

/** Sets all weights; nothing is changed when one does not fit. */
export function setWeights(parameters: readonly Parameter[], values: readonly TensorLike[], dtype: FloatDType): void {
  check(values.length === parameters.length, () => {
    return `setWeights: expected ${parameters.length} arrays, got ${values.length}`;
  });
  const tensors = values.map((value, i) => toTensor(value, `setWeights: ${parameters[i]!.name}`, dtype));
  for (const [i, p] of parameters.entries()) {
    const came = tensors[i]!.shape;
    check(
      sameShape(came, p.shape),
      () => `setWeights: ${p.name} must be ${showShape(p.shape)}, got ${showShape(came)}`,
    );
  }
  for (const [i, p] of parameters.entries()) p.assign(tensors[i]!.data);
}

/** Every weight with a name that is unique in the model: `gru/kernel`, `bidirectional/forward_gru/kernel`. */
export function namedParameters(layers: readonly Layer[], prefix = ""): [string, Parameter][] {
  return layers.flatMap((layer) => {
    const path = `${prefix}${layer.name}`;
    const own = layer.ownParameters.map((p): [string, Parameter] => [`${path}/${p.name}`, p]);
    return [...own, ...namedParameters(layer.sublayers, `${path}/`)];
  });
}
