import type { DType } from "../tensor/dtype.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { Layer, type LayerConfig } from "./layer.js";
import { SymbolicTensor, type LayerNode } from "./symbolic.js";

export interface InputConfig extends LayerConfig {
  /** Shape of one sample, without the batch; null = any size. */
  shape: PartialShape;
  /** Default "float32"; "int32" for indices. */
  dtype?: DType;
}

/** Where data enters a graph. */
export class InputLayer extends Layer<InputConfig> {
  static override readonly className = "InputLayer";
  /** The input's shape, batch axis included. */
  readonly batchShape: PartialShape;

  constructor(config: InputConfig) {
    super(config, { shape: undefined, dtype: "float32" });
    const { shape } = config;
    check(Array.isArray(shape) && shape.every((n) => n === null || (Number.isInteger(n) && n > 0)), () => {
      return `${this.label}: shape must be a list of positive whole numbers or null, got ${show(shape)}`;
    });
    this.batchShape = [null, ...shape];
  }

  computeOutputShape(): PartialShape[] {
    return [this.batchShape];
  }

  call(inputs: Tensor[]): Tensor[] {
    return inputs;
  }

  /** The symbolic tensor that stands for the data. */
  get output(): SymbolicTensor {
    const node: LayerNode = { layer: this, inputs: [], outputs: [] };
    node.outputs.push(new SymbolicTensor(this.batchShape, node, 0, this.config.dtype));
    this.built = true;
    return node.outputs[0]!;
  }
}

/** An input of a functional graph: `const x = input({ shape: [null, 10] })`. */
export const input = (config: InputConfig): SymbolicTensor => new InputLayer(config).output;
