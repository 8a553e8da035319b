/** The conventions that the library's fused kernels compute, in their layout. */
import { recurrent } from "../../ops/recurrent.js";
import { Tensor } from "../../tensor/tensor.js";
import { matrix, reorderGates, toLayerWeights, transpose, type CellWeights } from "../gates.js";
import { idOf, isFixed, prepared } from "./prepared.js";
import type { DirectionCall, RecurrentNode } from "./recurrent-call.js";
import type { DirectionResult } from "./recurrent-plain.js";

/** Why a direction of this node is no layer of the library, or null when it is one. */
export function notFused(node: RecurrentNode, { activations, peepholes }: DirectionCall): string | null {
  if (peepholes) return "peepholes";
  if (node.clip < Infinity) return "clip";
  if (node.inputForget) return "input_forget";
  if (node.type !== "float32") return node.type;
  const strange = activations.find(({ fused }) => fused === null);
  if (strange) return strange.name;
  if (node.cell === "lstm" && activations[1]!.fused !== activations[2]!.fused) return "activations g and h that differ";
  return node.B * node.T * node.D === 0 ? "an empty input" : null;
}

/** The weights of one direction in the internal form. */
export function cellWeights({ cell, D, H, linearBeforeReset }: RecurrentNode, direction: DirectionCall): CellWeights {
  const inner = (data: DirectionCall["W"], columns: number) => {
    const turned = transpose(matrix(data as Float32Array, data.length / columns, columns));
    return reorderGates(cell, "onnx", "sluice", turned).data;
  };
  const both = direction.bias as Float32Array | null;
  const G = direction.W.length / D;
  const row = (data: Float32Array) => reorderGates(cell, "onnx", "sluice", matrix(data, 1, G)).data;
  const apart = cell === "gru" && linearBeforeReset;
  const summed = both && Float32Array.from({ length: G }, (_, i) => both[i]! + both[G + i]!);
  return {
    cell,
    D,
    H,
    kernel: inner(direction.W, D),
    recurrentKernel: inner(direction.R, H),
    bias: both && row(apart ? both.subarray(0, G) : summed!),
    recurrentBias: both && apart ? row(both.subarray(G)) : null,
  };
}

function tensors(node: RecurrentNode, direction: DirectionCall): Tensor[] {
  const make = () =>
    toLayerWeights(cellWeights(node, direction)).map(({ data, shape }) => Tensor.of(data as Float32Array, shape));
  const fixed = node.constant.every((value) => value === null || isFixed(value));
  const parts = node.constant.map((value) => (value === null ? "" : idOf(value)));
  const key = `${direction.index} ${node.linearBeforeReset} ${parts.join(" ")}`;
  return fixed ? prepared(node.weights, key, make) : make();
}

/** @param x [B, T, D] @param initial [B, H] each, or none */
export function runFused(
  node: RecurrentNode,
  direction: DirectionCall,
  x: Float32Array,
  initial: readonly Float32Array[],
): DirectionResult {
  const { cell, B, T, D, H, lengths } = node;
  const [W, U, b] = tensors(node, direction);
  const mask = lengths && Tensor.of(Int32Array.from({ length: B * T }, (_, i) => (i % T < lengths[Math.floor(i / T)]! ? 1 : 0)), [B, T]); // prettier-ignore
  const [f, g] = direction.activations.map(({ fused }) => fused!);
  const [y, ...states] = recurrent(
    {
      x: Tensor.of(x, [B, T, D]),
      W: W!,
      U: U!,
      b: b ?? null,
      initial: initial.map((state) => Tensor.of(state, [B, H])),
      mask,
      stateDropout: null,
    },
    {
      cell,
      activation: g ?? f!,
      recurrentActivation: f!,
      resetAfter: node.linearBeforeReset,
      reverse: direction.reverse,
      zeroOutputForMask: true,
    },
  );
  return { y: y!.data as Float32Array, states: states.map(({ data }) => data as Float32Array) };
}
