import { reshape } from "../ops/reshape.js";
import type { DType } from "../tensor/dtype.js";
import type { PartialShape } from "../tensor/shape.js";
import { showShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";
import { layerFactory } from "./factory.js";
import { Layer, type CallContext, type LayerConfig } from "./layer.js";
import { storeLayer, type LayerRegistry } from "./registry.js";
import type { StepPlan } from "./step-plan.js";
import type { Value } from "./value.js";

export interface TimeDistributedConfig extends LayerConfig {
  /** What is applied to every step. */
  layer: Layer;
}

/** Another layer on every step: x [B, T, …] is seen as B·T samples […], and what comes out as [B, T, …] again. */
export class TimeDistributed extends Layer<TimeDistributedConfig> {
  static override readonly className = "TimeDistributed";
  override readonly inputType: DType;
  readonly #inner: Layer;

  constructor(config: TimeDistributedConfig) {
    super(config, { layer: undefined });
    check(config?.layer instanceof Layer, () => `${this.label}: layer must be a layer, got ${show(config?.layer)}`);
    this.#inner = this.addLayer(config.layer, "layer");
    this.inputType = this.#inner.inputType;
  }

  override build([shape]: PartialShape[]): void {
    this.#inner.ensureBuilt([stepShape(shape!)]);
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    check(
      (shape?.length ?? 0) >= 2,
      () => `${this.label}: input must be [batch, time, …], got ${showShape(shape ?? [])}`,
    );
    const [B, T] = shape!;
    return this.#inner.computeOutputShape([stepShape(shape!)]).map(([, ...rest]) => [B!, T!, ...rest]);
  }

  call([x]: Tensor[], context: CallContext): Tensor[] {
    const [B, T, ...rest] = x!.shape as [number, number, ...number[]];
    const outputs = this.#inner.call([reshape(x!, [B * T, ...rest])], { ...context, masks: [null] });
    context.penalize?.(this.#inner, outputs);
    return outputs.map((y) => reshape(y, [B, T, ...y.shape.slice(1)]));
  }

  override computeMask(masks: readonly (Tensor | null)[], _inputs: Tensor[], outputs: Tensor[]): (Tensor | null)[] {
    return outputs.map(() => masks[0] ?? null);
  }

  /** The steps of packed values are samples already. */
  override callPacked([x]: readonly Value[], context: CallContext): Value[] {
    const outputs = this.#inner.call([x!.tensor], { ...context, masks: [null] });
    context.penalize?.(this.#inner, outputs);
    return outputs.map((tensor) => ({ ...x!, tensor }));
  }

  override resetStates(): void {
    this.#inner.resetStates?.();
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), layer: storeLayer(this.#inner) };
  }

  static revive(config: Record<string, unknown>, registry: LayerRegistry): Layer {
    return new TimeDistributed({ ...config, layer: registry.revive(config.layer) });
  }

  override planStep(plan: StepPlan): void {
    const x = plan.inputs[0]!;
    // What is left of a step with more axes may be a sequence itself, which the inner layer must see as a whole.
    if (x.rank > 3) return plan.call();
    const outputs = plan.layer(this.#inner, [plan.view(x, [plan.batch, ...x.shape.slice(2)])]);
    plan.output(...outputs.map((y) => plan.view(y, [plan.batch, 1, ...y.shape.slice(1)])));
    plan.outputMasks(...outputs.map(() => plan.masks[0] ?? null));
  }
}

/** [batch · time, …]: the sizes of the first two axes do not matter to a layer. */
const stepShape = ([, , ...rest]: PartialShape): PartialShape => [null, ...rest];

export const timeDistributed = /* @__PURE__ */ layerFactory(TimeDistributed);
