/** GRU, LSTM and RNN nodes: [T, B, D] → Y [T, directions, B, H] and the last states [directions, B, H]. */
import type { RecurrentLayer, RecurrentLayerConfig } from "../../../layers/recurrent/recurrent-layer.js";
import { GATE_ORDER, gateCount, type Cell } from "../../gates.js";
import { nameOf, RECURRENT_FUNCTIONS } from "./activations.js";
import type { Attributes } from "./emitter.js";
import { joined, repeated, transposed, type RawValues } from "./raw-values.js";
import type { Use } from "./use.js";
import type { Mask, Value } from "./value.js";

export type Recurrent = RecurrentLayer<RecurrentLayerConfig>;

export interface Direction {
  readonly layer: Recurrent;
  readonly reverse: boolean;
  /** Names of the states [B, H]; empty = zeros. */
  readonly initial: readonly string[];
}

/** What a node gives of one direction. */
export interface DirectionResult {
  /** [B, T, H], zeros behind a sequence's end, each output at its own time */
  readonly sequence: Value;
  /** Names, [B, H] each. */
  readonly states: readonly string[];
}

export interface NodeResult {
  /** Name of Y. */
  readonly Y: string;
  readonly directions: readonly DirectionResult[];
}

const CELLS: Readonly<Record<string, { cell: Cell; operator: string }>> = {
  GRUCell: { cell: "gru", operator: "GRU" },
  LSTMCell: { cell: "lstm", operator: "LSTM" },
  SimpleRNNCell: { cell: "simpleRnn", operator: "RNN" },
};

interface CellConfig {
  units: number;
  activation: unknown;
  recurrentActivation?: unknown;
  resetAfter?: boolean;
  useBias: boolean;
  layerNormalization?: boolean;
}

const configOf = ({ cell }: Recurrent): CellConfig => cell.config as unknown as CellConfig;

/** Whether one node can run both. */
export function agree(a: Recurrent, b: Recurrent): boolean {
  const [first, second] = [configOf(a), configOf(b)];
  const same = a.cell.className === b.cell.className && first.units === second.units;
  return same && first.resetAfter === second.resetAfter;
}

/** @param key what the weights are called: of one use, both directions may be written apart */
export function recurrentNode(use: Use, x: Value, mask: Mask | null, directions: readonly Direction[], key = ""): NodeResult {
  const [{ layer }] = directions as [Direction];
  const kind = CELLS[layer.cell.className];
  if (!kind) use.refuse(`its cell ${layer.cell.label} is none of GRU, LSTM and SimpleRNN, and ONNX has no other recurrent nodes`);
  const { cell, operator } = kind;
  const { units: H, resetAfter } = configOf(layer);
  if (directions.some((d) => configOf(d.layer).layerNormalization)) use.refuse("layerNormalization has no form in ONNX's recurrent nodes");
  const [W, R, B] = weights(use, cell, directions, x.shape[2] as number, key);
  const initial = directions[0]!.initial.map((_, i) => stacked(use, directions.map((d) => d.initial[i]!)));
  const inputs = [x.in("time"), W, R, B, lengthsOf(use, mask), ...initial];
  while (inputs.at(-1) === "") inputs.pop();
  const attributes = {
    hidden_size: H,
    direction: directions.length === 2 ? "bidirectional" : directions[0]!.reverse ? "reverse" : "forward",
    ...(cell === "gru" ? { linear_before_reset: resetAfter ? 1 : 0 } : {}),
    ...functions(use, cell, directions),
  };
  const ends = cell === "lstm" ? ["Y", "Y_h", "Y_c"] : ["Y", "Y_h"];
  const [Y, ...states] = use.emitter.nodes(use.path, operator, inputs, ends, attributes);
  return { Y: Y!, directions: directions.map((_, i) => direction(use, x, H, Y!, states, directions.length === 1 ? null : i)) };
} // prettier-ignore

function lengthsOf(use: Use, mask: Mask | null): string {
  if (mask === null) return "";
  if (mask.lengths !== null) return mask.lengths;
  if (use.shared.lengthsFor !== null) {
    use.refuse("its mask is no right padding: a layer before it turned time round or joined sequences end to end");
  }
  return use.refuse(
    "its input is masked, and ONNX's recurrent nodes skip steps at the end of a sequence only. Where all sequences of your " +
      'data are padded at the end, export with { sequenceLengths: true }, which adds the input "sequence_lens", int32 [batch]',
  );
}

/** States of both directions on a first axis. */
function stacked(use: Use, states: readonly string[]): string {
  const raised = states.map((name) => use.node("Unsqueeze", [name, use.ints(0)]));
  return raised.length === 1 ? raised[0]! : use.node("Concat", raised, { axis: 0 });
}

/** @param i which direction; null = there is one */
function direction(use: Use, x: Value, H: number, Y: string, states: readonly string[], i: number | null): DirectionResult {
  const pick = (name: string, axis: number) => {
    if (i === null) return use.node("Squeeze", [name, use.ints(axis)]);
    return use.node("Gather", [name, use.emitter.scalar(i, "int64")], { axis });
  };
  const sequence = use.value(pick(Y, 1), [...x.shape.slice(0, 2), H], "time");
  return { sequence, states: states.map((name) => pick(name, 0)) };
} // prettier-ignore

/** Those of the operators' defaults are not written: runtimes look for them when they choose a fused form. */
function functions(use: Use, cell: Cell, directions: readonly Direction[]): Attributes {
  const all = directions.flatMap(({ layer }) => {
    const { activation, recurrentActivation } = configOf(layer);
    const list = { simpleRnn: [activation], gru: [recurrentActivation, activation], lstm: [recurrentActivation, activation, activation] }; // prettier-ignore
    return list[cell].map((option) => {
      const name = nameOf(use, option);
      const found = RECURRENT_FUNCTIONS[name];
      const known = Object.keys(RECURRENT_FUNCTIONS).join(", ");
      return found ?? use.refuse(`ONNX's recurrent nodes have no activation ${name}; they have ${known}`);
    });
  });
  const gates = { simpleRnn: "Tanh", gru: "SigmoidTanh", lstm: "SigmoidTanhTanh" }[cell];
  const names = all.map(({ name }) => name);
  if (names.join("") === gates.repeat(directions.length)) return {};
  const [alpha, beta] = [all.flatMap((f) => f.alpha ?? []), all.flatMap((f) => f.beta ?? [])];
  return {
    activations: names,
    ...(alpha.length > 0 && { activation_alpha: { floats: alpha } }),
    ...(beta.length > 0 && { activation_beta: { floats: beta } }),
  };
}

/** W [directions, G·H, D], R [directions, G·H, H] and B [directions, 2·G·H] (Wb ‖ Rb), or "" where no direction has a bias. */
function weights(use: Use, cell: Cell, directions: readonly Direction[], D: number, key: string): [string, string, string] {
  const { units: H } = configOf(directions[0]!.layer);
  const G = gateCount(cell) * H;
  const order = columnOrder(cell, H);
  const count = directions.length;
  const matrices = (name: string, rows: number) => {
    return joined(directions.map(({ layer }) => transposed(read(layer, name), rows, G, order)));
  };
  const W = use.weight(`${key}W`, [count, G, D], matrices("kernel", D));
  const R = use.weight(`${key}R`, [count, G, H], matrices("recurrentKernel", H));
  if (!directions.some(({ layer }) => configOf(layer).useBias)) return [W, R, ""];
  const values = joined(directions.flatMap(({ layer }) => biases(layer, G, order)));
  return [W, R, use.weight(`${key}B`, [count, 2 * G], values)];
} // prettier-ignore

/** A GRU with resetAfter has two biases; of all others the second one is zeros. */
function biases(layer: Recurrent, G: number, order: Int32Array): RawValues[] {
  if (!configOf(layer).useBias) return [repeated(0, 2 * G)];
  const bias = read(layer, "bias");
  const two = layer.cell.ownParameters.find(({ name }) => name === "bias")!.size === 2 * G;
  const half = (from: number) => transposed(() => bias().subarray(from, from + G), 1, G, order);
  return [half(0), two ? half(G) : repeated(0, G)];
}

const read = (layer: Recurrent, name: string) => () => layer.cell.ownParameters.find((p) => p.name === name)!.data;

/** Which column of Sluice's each of ONNX's rows is. */
function columnOrder(cell: Cell, H: number): Int32Array {
  const { sluice, onnx } = GATE_ORDER[cell];
  return Int32Array.from({ length: onnx.length * H }, (_, j) => sluice.indexOf(onnx[Math.floor(j / H)]!) * H + (j % H));
}
