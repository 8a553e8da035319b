/** Recurrent layers over packed sequences: the fused operation, or a cell of any kind step by step over the rows of each step. */
import { mul } from "../../ops/arithmetic.js";
import { concat } from "../../ops/concat.js";
import { zeros } from "../../ops/create.js";
import { dropoutMask } from "../../ops/dropout.js";
import { gather } from "../../ops/gather.js";
import { padRows, spreadRows, turnRows } from "../../ops/packed.js";
import { packedRecurrent } from "../../ops/packed-recurrent.js";
import type { Packing } from "../../ops/packing.js";
import { slice } from "../../ops/slice.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext, Layer } from "../layer.js";
import { drawSeed } from "../seed.js";
import type { Value } from "../value.js";
import type { Bidirectional } from "./bidirectional.js";
import type { RecurrentCell } from "./cell.js";
import type { RecurrentLayer, RecurrentLayerConfig } from "./recurrent-layer.js";

type Recurrent = RecurrentLayer<RecurrentLayerConfig>;

interface Scanned {
  /** [N, H] */
  sequence: Tensor;
  /** [B, H] in the order of the batch, the output of the step that ran last */
  last: Tensor;
  states: Tensor[];
}

/** A layer that carries its state, keeps little of it, or has its own way over time is called with padded values. */
export function takesPacked(layer: Recurrent, context: CallContext): boolean {
  return !layer.config.stateful && !layer.config.checkpointEvery && !layer.cell.runner && !context.scan;
}

/** What RecurrentLayer.call gives; with goBackwards a sequence comes out in running order, its own last step first. */
export function recurrentPacked(layer: Recurrent, [x, ...initial]: readonly Value[], context: CallContext): Value[] {
  const packing = x!.packing!;
  const { returnSequences, returnState, goBackwards } = layer.config;
  const given = initial.map((v) => v.tensor);
  const { sequence, last, states } = scanPacked(layer, x!.tensor, given, packing, goBackwards!, context);
  const output: Value = returnSequences
    ? { tensor: goBackwards ? turnRows(sequence, packing) : sequence, mask: null, packing }
    : plain(last);
  return returnState ? [output, ...states.map(plain)] : [output];
}

/** What Bidirectional.call gives. */
export function bidirectionalPacked(
  layer: Bidirectional,
  [x, ...initial]: readonly Value[],
  context: CallContext,
): Value[] {
  const packing = x!.packing!;
  const { forwardLayer, backwardLayer } = layer;
  const given = initial.map((v) => v.tensor);
  const half = forwardLayer.cell.stateSizes.length;
  const ahead = scanPacked(forwardLayer, x!.tensor, given.slice(0, half), packing, false, context);
  const back = scanPacked(backwardLayer, x!.tensor, given.slice(half), packing, true, context);
  const { returnSequences, returnState } = forwardLayer.config;
  const [y, yBack] = returnSequences ? [ahead.sequence, back.sequence] : [ahead.last, back.last];
  const wrap = (tensor: Tensor): Value => (returnSequences ? { tensor, mask: null, packing } : plain(tensor));
  const outputs = (sequence: Tensor, states: Tensor[]) => [wrap(sequence), ...(returnState ? states.map(plain) : [])];
  penalize(forwardLayer, outputs(y, ahead.states), context);
  penalize(backwardLayer, outputs(yBack, back.states), context);
  const joined = layer.join(y, yBack).map(wrap);
  return returnState ? [...joined, ...ahead.states.map(plain), ...back.states.map(plain)] : joined;
}

/** A penalty on outputs is divided by the size of the batch, which padded values show. */
export function penalize(layer: Layer, outputs: readonly Value[], context: CallContext): void {
  if (!context.penalize || !(layer.config as { activityRegularizer?: unknown }).activityRegularizer) return;
  context.penalize(
    layer,
    outputs.map(({ tensor, packing }) => (packing ? padRows(tensor, packing) : tensor)),
  );
}

const plain = (tensor: Tensor): Value => ({ tensor, mask: null });

/** RecurrentLayer.scan for packed values; the masks of dropout are those that padded values would meet. */
function scanPacked(
  layer: Recurrent,
  x: Tensor,
  initial: readonly Tensor[],
  packing: Packing,
  reverse: boolean,
  context: CallContext,
): Scanned {
  const { cell } = layer;
  const maskFor = (size: number, rate: number) => {
    return context.training && rate > 0
      ? dropoutMask([packing.B, size], rate, drawSeed(cell.config as { seed?: number | null }, context))
      : null;
  };
  const inputMask = maskFor(x.shape[1]!, cell.dropout);
  const dropped = inputMask ? mul(x, spreadRows(inputMask, packing)) : x;
  const stateDropout = maskFor(cell.stateSizes[0]!, cell.recurrentDropout);
  const { fused } = cell;
  if (!fused) return scanSteps(cell, dropped, initial, stateDropout, packing, reverse, context);
  const { W, U, b, ...kernel } = fused;
  const inputs = { x: dropped, W, U, b, initial, stateDropout };
  const [sequence, ...states] = packedRecurrent(inputs, { ...kernel, reverse }, packing);
  return { sequence: sequence!, last: states[0]!, states };
}

/**
 * Step by step. Forward the sequences that end leave the rows, and their states are set aside; backward others join them, with
 * their initial states. What was set aside lies from the shortest sequence to the longest.
 */
function scanSteps(
  cell: RecurrentCell,
  x: Tensor,
  initial: readonly Tensor[],
  stateDropout: Tensor | null,
  packing: Packing,
  reverse: boolean,
  context: CallContext,
): Scanned {
  const { T, B, offsets, sorting } = packing;
  const ordered = (t: Tensor) => (sorting ? gather(t, sorting) : t);
  const start = initial.length > 0 ? initial.map(ordered) : cell.stateSizes.map((H) => zeros([B, H]));
  const dropout = stateDropout ? ordered(stateDropout) : null;
  const count = (t: number) => (t < T ? offsets[t + 1]! - offsets[t]! : 0);
  let states = start.map((s) => rows(s, 0, reverse ? 0 : count(0)));
  const ended: Tensor[][] = cell.stateSizes.map(() => []);
  const outputs: Tensor[] = [];
  for (let i = 0; i < T; i++) {
    const t = reverse ? T - 1 - i : i;
    const n = count(t);
    const m = reverse ? count(t + 1) : n;
    const before = states.map((s, j) => (m === n ? rows(s, 0, n) : joined([rows(s, 0, m), rows(start[j]!, m, n - m)])));
    const xt = rows(x, offsets[t]!, n);
    const own = dropout && rows(dropout, 0, n);
    const [y, ...next] = cell.call([xt, ...before], { ...context, masks: [], stateDropout: own });
    outputs.push(y!);
    states = next;
    const left = reverse ? (t === 0 ? n : 0) : n - count(t + 1);
    if (left > 0) for (const [j, s] of next.entries()) ended[j]!.push(rows(s, n - left, left));
  }
  const sequence = joined(reverse ? outputs.reverse() : outputs);
  const restored = ended.map((list) => gather(joined(list.reverse()), packing.ranks));
  return { sequence, last: gather(sequence, reverse ? packing.firstRows : packing.lastRows), states: restored };
}

function rows(t: Tensor, from: number, n: number): Tensor {
  return from === 0 && n === t.shape[0] ? t : slice(t, [from, 0], [n, t.shape[1]!]);
}

/** Rows of all, one after another; those without rows left out. */
function joined(list: readonly Tensor[]): Tensor {
  const some = list.filter((t) => t.shape[0]! > 0);
  return some.length === 1 ? some[0]! : concat(some, 0);
}
