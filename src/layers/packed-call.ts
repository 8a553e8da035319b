/** How layers meet packed values: by a way of their own, step by step, or not at all, and then with padded ones. */
import { padRows, takeRows } from "../ops/packed.js";
import type { Packing } from "../ops/packing.js";
import type { Tensor } from "../tensor/tensor.js";
import { Dense } from "./dense.js";
import type { CallContext, Layer } from "./layer.js";
import { Bidirectional } from "./recurrent/bidirectional.js";
import { bidirectionalPacked, penalize, recurrentPacked, takesPacked } from "./recurrent/packed-scan.js";
import { RecurrentLayer } from "./recurrent/recurrent-layer.js";
import { commonPacking, type Value } from "./value.js";

/** What the layer gives for values of which some are packed; null when it wants padded ones. */
export function callPacked(layer: Layer, came: readonly Value[], context: CallContext): Value[] | null {
  const own: CallContext = { ...context, masks: came.map(() => null) };
  const outputs = ownWay(layer, came, own);
  if (outputs) penalize(layer, outputs, context);
  return outputs;
}

function ownWay(layer: Layer, came: readonly Value[], context: CallContext): Value[] | null {
  if (layer.callPacked) return layer.callPacked(came, context);
  const [x, ...others] = came;
  const sequenceFirst = x?.packing !== undefined && others.every((v) => !v.packing);
  if (layer instanceof RecurrentLayer)
    return sequenceFirst && takesPacked(layer, context) ? recurrentPacked(layer, came, context) : null;
  if (layer instanceof Bidirectional) {
    const { forwardLayer, backwardLayer } = layer;
    const both = takesPacked(forwardLayer, context) && takesPacked(backwardLayer, context);
    return sequenceFirst && both ? bidirectionalPacked(layer, came, context) : null;
  }
  const packing = layer.packed === "steps" || layer instanceof Dense ? commonPacking(came) : null;
  if (!packing) return null;
  const inputs = came.map((v) => v.tensor);
  return layer.call(inputs, context).map((tensor) => ({ tensor, mask: null, packing }));
}

/** What values were before they were packed again, so that a row of layers that want them padded gets them without copies. */
const paddedBefore = new WeakMap<Value, Value>();

/** The value as [B, T, …] with its mask. */
export function padded(value: Value): Value {
  const { tensor, packing } = value;
  if (!packing) return value;
  const known = paddedBefore.get(value);
  if (known) return known;
  const made = { tensor: padRows(tensor, packing), mask: packing.mask };
  paddedBefore.set(value, made);
  return made;
}

/** Outputs whose mask is that of a padded input are of the same steps: they go on packed. */
export function packedAgain(output: Value, came: readonly Value[]): Value {
  const packing = came.find((v) => v.packing && v.packing.mask === output.mask)?.packing;
  if (!packing || !isOfSteps(output.tensor, packing)) return output;
  const value = { tensor: takeRows(output.tensor, packing), mask: null, packing };
  paddedBefore.set(value, output);
  return value;
}

function isOfSteps({ shape, dtype }: Tensor, { B, T }: Packing): boolean {
  return dtype !== "int32" && shape[0] === B && shape[1] === T;
}
