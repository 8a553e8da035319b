import { InputLayer } from "../layers/input.js";
import type { Layer } from "../layers/layer.js";
import { connect, SymbolicTensor } from "../layers/symbolic.js";
import type { ModelOptions } from "../model/graph-options.js";
import { check, show, SluiceError } from "../util/errors.js";
import { Model } from "./model.js";

/** A chain of layers with one input and one output. */
export class Sequential extends Model {
  static override readonly className: string = "Sequential";

  /** Appends a layer; the first one needs `inputShape`. */
  add(layer: Layer | SymbolicTensor): this {
    const last = this.outputs[0];
    if (layer instanceof SymbolicTensor) this.#start(layer);
    else if (last) this.#append(layer, last);
    else this.#append(layer, firstInput(layer));
    return this;
  }

  #start(symbolic: SymbolicTensor): void {
    check(this.outputs.length === 0 && symbolic.node.layer instanceof InputLayer, () => {
      return `sequential: only an input() may come first, and nothing but layers after it`;
    });
    this.wire([symbolic], [symbolic]);
  }

  #append(layer: Layer, to: SymbolicTensor): void {
    const outputs = connect(layer, [to]);
    check(
      outputs.length === 1,
      () => `sequential: ${layer.label} has ${outputs.length} outputs; use model({ inputs, outputs })`,
    );
    this.wire(this.inputs.length > 0 ? this.inputs : [to], outputs);
  }
}

function firstInput(layer: Layer): SymbolicTensor {
  if (layer instanceof InputLayer) return layer.output;
  const shape = layer.config?.inputShape ?? layer.defaultInputShape;
  if (shape) return new InputLayer({ shape, dtype: layer.inputType }).output;
  const example = `inputShape: [null, 10]`;
  throw new SluiceError(
    `sequential: the first layer, ${layer.label ?? show(layer)}, needs its input's shape, such as ${example}`,
  );
}

/** `sequential([layers.gru({ units: 64, inputShape: [null, 10] }), layers.dense({ units: 1 })])`; layers can also be added later. */
export function sequential(layers: readonly (Layer | SymbolicTensor)[] = [], options: ModelOptions = {}): Sequential {
  check(Array.isArray(layers), () => `sequential: expected a list of layers, got ${show(layers)}`);
  const model = new Sequential({ ...options, inputs: [], outputs: [] });
  for (const layer of layers) model.add(layer);
  return model;
}
