import { add, mul } from "../../ops/arithmetic.js";
import { concat } from "../../ops/concat.js";
import type { PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkChoice } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { layerFactory } from "../factory.js";
import { Layer, type CallContext, type LayerConfig } from "../layer.js";
import { storeLayer, type LayerRegistry } from "../registry.js";
import { RecurrentLayer, type RecurrentLayerConfig } from "./recurrent-layer.js";

type Recurrent = RecurrentLayer<RecurrentLayerConfig>;

export const MERGE_MODES = ["concat", "sum", "mul", "ave", "none"] as const;
export type MergeMode = (typeof MERGE_MODES)[number];

export interface BidirectionalConfig extends LayerConfig {
  /** The recurrent layer that runs forward; the bidirectional layer works with a copy of it. */
  layer: Recurrent;
  /** How the two outputs are joined; "none" (or null) gives both. Default "concat". */
  mergeMode?: MergeMode | null;
  /** What runs backward; it must have goBackwards. Default: a second copy of `layer`, with weights of its own. */
  backwardLayer?: Recurrent | null;
}

/**
 * A recurrent layer run over the sequence in both directions (Schuster and Paliwal 1997). With returnSequences the backward
 * outputs stand at their own times and masked steps are zeros; without, each direction gives the output of its last step. Inputs: x, then the
 * forward and the backward initial states, when given. Outputs: the joined one (or both), then, with returnState, the
 * forward and the backward states.
 */
export class Bidirectional extends Layer<BidirectionalConfig> {
  static override readonly className = "Bidirectional";
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;
  readonly #merge: MergeMode;

  constructor(config: BidirectionalConfig) {
    const inputShape = config?.layer?.config?.inputShape;
    super(inputShape ? { inputShape, ...config } : config, {
      layer: undefined,
      mergeMode: "concat",
      backwardLayer: null,
    });
    const { layer, backwardLayer, mergeMode } = this.config;
    check(layer instanceof RecurrentLayer, () => {
      return `${this.label}: layer must be a recurrent layer such as gru({ units: 8 }), got ${show(layer)}`;
    });
    this.#merge = checkChoice(this.label, "mergeMode", mergeMode ?? "none", MERGE_MODES);
    this.#checkDirections(layer, backwardLayer ?? null);
    // Where one direction has nothing to say the other one alone must be heard, so masked steps are zeros.
    const zeroOutputForMask = layer.config.returnSequences!;
    const name = (direction: string) => `${direction}_${layer.name || "layer"}`;
    const forward = layer.copy({ zeroOutputForMask, name: name("forward") });
    const backward = (backwardLayer ?? layer).copy({ zeroOutputForMask, goBackwards: true, name: name("backward") });
    this.forwardLayer = this.addLayer(forward, "forward");
    this.backwardLayer = this.addLayer(backward, "backward");
  }

  #checkDirections(layer: Recurrent, backward: Recurrent | null): void {
    check(
      !layer.config.goBackwards,
      () => `${this.label}: layer must run forward; give what runs backward as backwardLayer`,
    );
    if (backward === null) return;
    check(backward instanceof RecurrentLayer && backward.config.goBackwards === true, () => {
      return `${this.label}: backwardLayer must be a recurrent layer with goBackwards: true, got ${show(backward)}`;
    });
    for (const key of ["returnSequences", "returnState", "stateful"] as const) {
      check(layer.config[key] === backward.config[key], () => {
        return `${this.label}: ${key} must be the same in layer and backwardLayer, got ${layer.config[key]} and ${backward.config[key]}`;
      });
    }
    const [a, b] = [layer.cell.outputSize, backward.cell.outputSize];
    const joins = this.#merge === "concat" || this.#merge === "none";
    check(joins || a === b, () => {
      return `${this.label}: mergeMode "${this.#merge}" needs outputs of one size, got ${a} and ${b}`;
    });
  }

  override build([shape]: PartialShape[]): void {
    this.forwardLayer.ensureBuilt([shape!]);
    this.backwardLayer.ensureBuilt([shape!]);
  }

  computeOutputShape([shape, ...initial]: PartialShape[]): PartialShape[] {
    const half = this.forwardLayer.cell.stateSizes.length;
    const total = half + this.backwardLayer.cell.stateSizes.length;
    check(initial.length === 0 || initial.length === total, () => {
      return `${this.label}: expected ${total} initial states, the forward ones first, got ${initial.length}`;
    });
    const [y, ...states] = this.forwardLayer.computeOutputShape([shape!, ...initial.slice(0, half)]);
    const [yBack, ...statesBack] = this.backwardLayer.computeOutputShape([shape!, ...initial.slice(half)]);
    const joined = [...y!.slice(0, -1), y!.at(-1)! + yBack!.at(-1)!];
    const outputs = { concat: [joined], none: [y!, yBack!] }[this.#merge as "concat"] ?? [y!];
    return [...outputs, ...states, ...statesBack];
  }

  call([x, ...initial]: Tensor[], context: CallContext): Tensor[] {
    const [forward, backward] = [this.forwardLayer, this.backwardLayer];
    const half = forward.cell.stateSizes.length;
    const ahead = forward.scan(x!, initial.slice(0, half), false, context);
    const back = backward.scan(x!, initial.slice(half), true, context);
    const { returnSequences, returnState } = forward.config;
    const [y, yBack] = returnSequences ? [ahead.sequence!, back.sequence!] : [ahead.last, back.last];
    const [states, statesBack] = returnState ? [ahead.states, back.states] : [[], []];
    context.penalize?.(forward, [y, ...states]);
    context.penalize?.(backward, [yBack, ...statesBack]);
    return [...this.join(y, yBack), ...states, ...statesBack];
  }

  /** The outputs of both directions as mergeMode has them. */
  join(a: Tensor, b: Tensor): Tensor[] {
    switch (this.#merge) {
      case "concat":
        return [concat([a, b], -1)];
      case "sum":
        return [add(a, b)];
      case "mul":
        return [mul(a, b)];
      case "ave":
        return [mul(add(a, b), 0.5)];
      case "none":
        return [a, b];
    }
  }

  override computeMask(masks: readonly (Tensor | null)[], _inputs: Tensor[], outputs: Tensor[]): (Tensor | null)[] {
    const sequences = this.forwardLayer.config.returnSequences ? (this.#merge === "none" ? 2 : 1) : 0;
    return outputs.map((_, i) => (i < sequences ? (masks[0] ?? null) : null));
  }

  /** Forgets the carried states of both directions. */
  override resetStates(): void {
    this.forwardLayer.resetStates();
    this.backwardLayer.resetStates();
  }

  override notStreamable(): string {
    return "it also runs backwards in time, from steps that have not come yet";
  }

  override getConfig(): Record<string, unknown> {
    const { layer, backwardLayer } = this.config;
    const stored = { layer: storeLayer(layer), backwardLayer: backwardLayer ? storeLayer(backwardLayer) : null };
    return { ...super.getConfig(), ...stored, mergeMode: this.#merge };
  }

  static revive(config: Record<string, unknown>, registry: LayerRegistry): Layer {
    const layer = registry.revive(config.layer) as Recurrent;
    const backwardLayer = config.backwardLayer ? (registry.revive(config.backwardLayer) as Recurrent) : null;
    return new Bidirectional({ ...config, layer, backwardLayer });
  }
}

export const bidirectional = /* @__PURE__ */ layerFactory(Bidirectional);
