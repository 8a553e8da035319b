/** GRU, LSTM and RNN: on the library's kernels where those have the convention, else by the plain equations. */
import type { Cell } from "../../gates.js";
import { words, type Operator, type OperatorTable } from "../operator.js";
import { readRecurrentNode, type RecurrentNode } from "../recurrent-call.js";
import { notFused, runFused } from "../recurrent-fused.js";
import { runPlain, type DirectionResult } from "../recurrent-plain.js";
import { zeros, type Value, type ValueData } from "../value.js";
import { transposed } from "./shape.js";

const COMMON = "activation_alpha activation_beta activations clip direction hidden_size layout";

const recurrentOperator = (cell: Cell, own: string, most: number): Operator => ({
  attributes: words(`${COMMON} ${own}`),
  inputs: [3, most],
  run(inputs, context) {
    const node = readRecurrentNode(cell, inputs, context);
    const x = node.batchFirst ? node.x.data : transposed(node.x, [1, 0, 2]).data;
    const results = node.directions.map((direction) => {
      const given = node.initial.some((state) => state !== null);
      const initial = node.initial.map((state) => stateOf(node, state, direction.index));
      return notFused(node, direction) === null
        ? runFused(node, direction, x as Float32Array, given ? (initial as Float32Array[]) : [])
        : runPlain(node, direction, x, initial);
    });
    const all = [sequences(node, results), ...node.initial.map((_, state) => lastStates(node, results, state))];
    return all.slice(0, Math.max(1, context.outputs));
  },
});

/** [B, H] of one direction; zeros when it is left out. */
function stateOf({ type, B, H, batchFirst }: RecurrentNode, state: Value | null, dir: number): ValueData {
  if (state === null) return zeros(type, [B, H]).data;
  const dirsFirst = batchFirst ? transposed(state, [1, 0, 2]) : state;
  return dirsFirst.data.subarray(dir * B * H, (dir + 1) * B * H);
}

/** [T, dirs, B, H], or [B, T, dirs, H] with layout 1 */
function sequences({ type, B, T, H, batchFirst }: RecurrentNode, results: readonly DirectionResult[]): Value {
  const dirs = results.length;
  const out = zeros(type, batchFirst ? [B, T, dirs, H] : [T, dirs, B, H]);
  for (const [dir, { y }] of results.entries()) {
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) {
        const from = (b * T + t) * H;
        const to = batchFirst ? ((b * T + t) * dirs + dir) * H : ((t * dirs + dir) * B + b) * H;
        out.data.set(y.subarray(from, from + H), to);
      }
    }
  }
  return out;
}

/** [dirs, B, H], or [B, dirs, H] with layout 1 */
function lastStates(
  { type, B, H, batchFirst }: RecurrentNode,
  results: readonly DirectionResult[],
  state: number,
): Value {
  const out = zeros(type, [results.length, B, H]);
  for (const [dir, { states }] of results.entries()) out.data.set(states[state]!, dir * B * H);
  return batchFirst ? transposed(out, [1, 0, 2]) : out;
}

export const RECURRENT: OperatorTable = {
  GRU: recurrentOperator("gru", "linear_before_reset", 6),
  LSTM: recurrentOperator("lstm", "input_forget", 8),
  RNN: recurrentOperator("simpleRnn", "", 6),
};
