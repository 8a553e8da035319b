import { gather } from "../ops/gather.js";
import { asIndices } from "../ops/indices.js";
import { currentScope } from "../ops/scope.js";
import type { ConstraintLike } from "../constraints/index.js";
import type { InitializerLike } from "../initializers/index.js";
import type { RegularizerLike } from "../regularizers/index.js";
import type { DType } from "../tensor/dtype.js";
import type { PartialShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkCount } from "../util/checks.js";
import { SluiceError } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type LayerConfig } from "./layer.js";
import { fillMask, maskFrom } from "./masks.js";
import type { Parameter } from "./parameter.js";
import type { StepPlan } from "./step-plan.js";
import type { Value } from "./value.js";
import { weightOptions } from "./weight-options.js";

export interface EmbeddingConfig extends LayerConfig {
  /** V, the number of indices: they run from 0 to V − 1. */
  inputDim: number;
  /** Size of a vector. */
  outputDim: number;
  /** Index 0 is padding: steps that hold it are masked. Default false. */
  maskZero?: boolean;
  /** Default uniform in ±0.05. */
  embeddingsInitializer?: InitializerLike;
  embeddingsRegularizer?: RegularizerLike | null;
  embeddingsConstraint?: ConstraintLike | null;
  /** Penalty on the outputs. */
  activityRegularizer?: RegularizerLike | null;
}

const tableOptions = weightOptions("embeddings", "randomUniform");

/**
 * A vector for each index: x int32 [B, T] → [B, T, outputDim], rows of the weight embeddings [inputDim, outputDim].
 * @throws SluiceError when an index is outside [0, inputDim): it names the index and its place
 */
export class Embedding extends Layer<EmbeddingConfig> {
  static override readonly className = "Embedding";
  override readonly defaultInputShape: PartialShape = [null];
  override readonly inputType: DType = "int32";
  #table!: Parameter;

  constructor(config: EmbeddingConfig) {
    const defaults = { inputDim: undefined, outputDim: undefined, maskZero: false, activityRegularizer: null };
    super(config, { ...defaults, ...tableOptions.defaults });
    checkCount(this.label, "inputDim", config.inputDim);
    checkCount(this.label, "outputDim", config.outputDim);
  }

  override build(): void {
    const { inputDim, outputDim } = this.config;
    this.#table = this.addWeight("embeddings", [inputDim, outputDim], tableOptions.resolve(this.config, this.label));
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    return [[...shape!, this.config.outputDim]];
  }

  call([x]: Tensor[]): Tensor[] {
    const index = asIndices(this.label, x!, currentScope()!);
    this.#checkRange(index);
    return [gather(this.#table, index)];
  }

  #checkRange(index: Tensor): void {
    const { inputDim } = this.config;
    const { data } = index;
    for (let i = 0; i < data.length; i++) {
      if (data[i]! >= 0 && data[i]! < inputDim) continue;
      const place = placeOf(i, index.shape).join(", ");
      throw new SluiceError(
        `${this.label}: indices must be from 0 to ${inputDim - 1} (inputDim ${inputDim}), got ${data[i]} at [${place}]`,
      );
    }
  }

  override computeMask(_masks: readonly (Tensor | null)[], [x]: Tensor[]): (Tensor | null)[] {
    if (!this.config.maskZero) return [null];
    return [maskFrom(x!, x!.shape, isNotZero)];
  }

  /** With maskZero, sequences that hold a 0 among their steps are better padded and masked. */
  override callPacked([x]: readonly Value[]): Value[] | null {
    if (this.config.maskZero && x!.tensor.data.includes(0)) return null;
    return [{ ...x!, tensor: this.call([x!.tensor])[0]! }];
  }

  override planStep(plan: StepPlan): void {
    const [x] = plan.inputs;
    if (x!.dtype !== "int32") return plan.call();
    const { outputDim: cols, maskZero } = this.config;
    const y = plan.alloc([...x!.shape, cols]);
    const mask = maskZero ? plan.allocMask(x!.shape) : null;
    const [k, table] = [plan.kernels, this.#table];
    plan.run(() => {
      this.#checkRange(x!);
      k.gatherRows(y.ptr, table.ptr, x!.ptr, x!.size, cols);
      if (mask) fillMask(mask, x!, isNotZero);
    });
    plan.output(y);
    plan.outputMasks(mask);
  }
}

const isNotZero = (values: ArrayLike<number>, i: number) => values[i] !== 0;

/** Index along each axis of element `flat`. */
function placeOf(flat: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  let rest = flat;
  for (const n of [...shape].reverse()) {
    place.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return place;
}

export const embedding = /* @__PURE__ */ layerFactory(Embedding);
