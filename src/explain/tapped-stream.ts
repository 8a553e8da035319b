/**
 * `model.stream` with taps at its recurrent layers: their gates are kept, and units of their states can be held. The stream is made of
 * the same graph, but that these layers plan their steps through a stand-in.
 */
import type { Layer } from "../layers/layer.js";
import type { RecurrentCell } from "../layers/recurrent/cell.js";
import { RecurrentLayer, type RecurrentLayerConfig } from "../layers/recurrent/recurrent-layer.js";
import type { StepPlan } from "../layers/step-plan.js";
import { Graph } from "../model/graph.js";
import { Stream } from "../model/stream.js";
import type { Memory } from "../tensor/memory.js";
import type { Tensor } from "../tensor/tensor.js";
import { hold, sameAt, type HeldUnit } from "./traced-scan.js";
import { watchKernels, type Heard } from "./watch.js";

/** What a step has left behind at one recurrent layer. */
export interface Tap {
  readonly cell: RecurrentCell;
  readonly memory: Memory;
  /** [B, H], after units were held */
  readonly state: Tensor;
  /** Null for a cell that no kernel knows. */
  heard: Heard | null;
}

/** Units that are held at a cell now; asked at every step. */
export type HeldNow = (cell: RecurrentCell) => readonly HeldUnit[];

/** @param tap is told after each step of each recurrent layer; null where nobody looks */
export function tappedStream(graph: Graph, batch: number, held: HeldNow, tap: ((tap: Tap) => void) | null): Stream {
  return new Stream(standIn(graph, held, tap) as Graph, { batch });
}

function standIn(layer: Layer, held: HeldNow, tap: ((tap: Tap) => void) | null): Layer {
  if (layer instanceof Graph) {
    const nodes = layer.nodes.map((node) => ({ ...node, layer: standIn(node.layer, held, tap) }));
    const { dtype, random, inputs, outputs, label } = layer;
    const place: Graph["place"] = (kernels) => layer.place(kernels);
    return { nodes, dtype, random, inputs, outputs, label, place } as unknown as Layer;
  }
  const recurrent = layer instanceof RecurrentLayer ? (layer as RecurrentLayer<RecurrentLayerConfig>) : null;
  if (!layer.planStep || (!recurrent && layer.sublayers.length === 0)) return layer;
  const planStep = (plan: StepPlan) => {
    if (recurrent) return planTapped(plan, recurrent, held, tap);
    const inner: StepPlan["layer"] = (part, inputs) => plan.layer(standIn(part, held, tap), inputs);
    layer.planStep!({ ...plan, layer: inner });
  };
  return {
    label: layer.label,
    planStep,
    notStreamable: () => layer.notStreamable?.(),
    ...(layer.computeMask ? { computeMask: layer.computeMask.bind(layer) } : {}),
    call: layer.call.bind(layer),
  } as unknown as Layer;
}

function planTapped(
  plan: StepPlan,
  layer: RecurrentLayer<RecurrentLayerConfig>,
  held: HeldNow,
  tap: ((tap: Tap) => void) | null,
): void {
  const { cell } = layer;
  let state: Tensor | null = null;
  let output: Tensor | null = null;
  let taken: Tap | null = null;
  const { memory } = plan.kernels;
  const watched = watchKernels(
    plan.kernels,
    (elements) => plan.alloc([elements]).ptr,
    (call) => (taken!.heard = call),
  );
  const hooks: Partial<StepPlan> = {
    kernels: tap ? watched : plan.kernels,
    state: (shape) => {
      const carried = plan.state(shape);
      state ??= carried;
      return carried;
    },
    output: (...tensors) => {
      output = tensors[0]!;
      plan.output(...tensors);
    },
  };
  plan.run(() => hold(state!, held(cell)));
  layer.planStep({ ...plan, ...hooks });
  taken = { cell, memory, state: state!, heard: null };
  const outputIsPart = output!.ptr === state!.ptr;
  const mask = plan.masks[0] ?? null;
  plan.run(() => {
    const units = held(cell);
    if (units.length > 0) {
      // An output of its own goes with the state where it shows it.
      if (!outputIsPart && output!.size === state!.size && sameAt(output!, state!, mask))
        holdShown(output!, units, mask);
      hold(state!, units);
    }
    tap?.(taken!);
  });
}

function holdShown(output: Tensor, units: readonly HeldUnit[], mask: Tensor | null): void {
  const B = mask ? mask.size : output.shape[0]!;
  const H = output.size / B;
  for (let b = 0; b < B; b++) {
    if (!mask || mask.data[b]) for (const [unit, value] of units) output.data[b * H + unit] = value;
  }
}
