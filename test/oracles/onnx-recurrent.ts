/** Recurrent layers in ONNX's form: gate orders, transposed weights, both biases in one, time first. */
import * as ort from "onnxruntime-web";
import type { OnnxNode, OnnxTensor } from "./onnx-writer.js";
import { onnxModel } from "./onnx-writer.js";

ort.env.wasm.numThreads = 1;

export type Operator = "GRU" | "LSTM" | "RNN";
export type Direction = "forward" | "reverse" | "bidirectional";

/** One direction's weights in the library's layout: W [D, GH], U [H, GH], b [GH] or, for a GRU with resetAfter, [2, 3H]. */
export interface Weights {
  W: ArrayLike<number>;
  U: ArrayLike<number>;
  b: ArrayLike<number> | null;
}

export interface OnnxCall {
  operator: Operator;
  direction: Direction;
  B: number;
  T: number;
  D: number;
  H: number;
  /** [B, T, D] */
  x: ArrayLike<number>;
  /** One for each direction. */
  weights: readonly Weights[];
  resetAfter?: boolean;
  /** Steps that count, for each sequence. */
  lengths?: readonly number[];
  /** For each direction its states: h, and c for an LSTM; [B, H] each. */
  initial?: readonly (readonly ArrayLike<number>[])[];
  /** Names of the activations, and their alpha and beta, for one direction. */
  activations?: { names: string[]; alpha?: number[]; beta?: number[] };
}

export interface OnnxResult {
  /** For each direction [B, T, H] */
  y: Float32Array[];
  /** For each direction the last states [B, H]: h, and c for an LSTM */
  states: Float32Array[][];
}

/** Where gate k of ONNX's order is in ours: z r g and z r h; i f g o and i o f c. */
const GATES: Record<Operator, number[]> = { GRU: [0, 1, 2], LSTM: [0, 3, 1, 2], RNN: [0] };

export async function runOnnx(call: OnnxCall): Promise<OnnxResult> {
  const session = await ort.InferenceSession.create(onnxModel(nodeOf(call)));
  const { B, T, D } = call;
  const feed = { x: new ort.Tensor("float32", timeFirst(call.x, B, T, D), [T, B, D]) };
  const result = await session.run(feed);
  await session.release();
  const read = (name: string) => result[name]!.data as Float32Array;
  return split(call, read("Y"), call.operator === "LSTM" ? [read("Y_h"), read("Y_c")] : [read("Y_h")]);
}

function nodeOf(call: OnnxCall): OnnxNode {
  const { operator, direction, B, T, D, H, weights, lengths, resetAfter, activations } = call;
  const dirs = weights.length;
  const G = GATES[operator].length;
  const rows = (of: (w: Weights) => number[]) => Float32Array.from(weights.flatMap(of));
  const repeated = <V>(list: V[]) => Array.from({ length: dirs }, () => list).flat();
  const initial = (state: number): OnnxTensor | null =>
    call.initial
      ? { shape: [dirs, B, H], data: Float32Array.from(call.initial.flatMap((states) => Array.from(states[state]!))) }
      : null;
  return {
    operator,
    inputs: [
      { shape: [T, B, D], data: new Float32Array(0) },
      { shape: [dirs, G * H, D], data: rows(({ W }) => gateRows(operator, W, D, H)) },
      { shape: [dirs, G * H, H], data: rows(({ U }) => gateRows(operator, U, H, H)) },
      { shape: [dirs, 2 * G * H], data: rows(({ b }) => biases(operator, b, H)) },
      lengths ? { shape: [B], data: Int32Array.from(lengths) } : null,
      initial(0),
      ...(operator === "LSTM" ? [initial(1)] : []),
    ],
    attributes: {
      hidden_size: H,
      direction,
      ...(operator === "GRU" ? { linear_before_reset: resetAfter ? 1 : 0 } : {}),
      ...(activations ? { activations: repeated(activations.names) } : {}),
      ...(activations?.alpha ? { activation_alpha: Float32Array.from(repeated(activations.alpha)) } : {}),
      ...(activations?.beta ? { activation_beta: Float32Array.from(repeated(activations.beta)) } : {}),
    },
    outputs: operator === "LSTM" ? ["Y", "Y_h", "Y_c"] : ["Y", "Y_h"],
  };
}

/** [rows, G·H] → [G·H, rows], the gates in ONNX's order. */
function gateRows(operator: Operator, W: ArrayLike<number>, rows: number, H: number): number[] {
  const order = GATES[operator];
  const at = (gate: number, j: number, row: number) => W[row * order.length * H + order[gate]! * H + j]!;
  return order.flatMap((_, gate) =>
    Array.from({ length: H }, (_, j) => Array.from({ length: rows }, (_, row) => at(gate, j, row))).flat(),
  );
}

/** Wb ‖ Rb. A bias that is not split in two is added once, as Wb. */
function biases(operator: Operator, b: ArrayLike<number> | null, H: number): number[] {
  const size = GATES[operator].length * H;
  const all = b ? Array.from(b) : [];
  const part = (start: number) => {
    const given = all.slice(start, start + size);
    return given.length > 0 ? gateRows(operator, given, 1, H) : new Array<number>(size).fill(0);
  };
  return [...part(0), ...part(size)];
}

function timeFirst(x: ArrayLike<number>, B: number, T: number, D: number): Float32Array {
  return Float32Array.from({ length: B * T * D }, (_, i) => {
    const [t, b, d] = [Math.floor(i / (B * D)), Math.floor(i / D) % B, i % D];
    return x[(b * T + t) * D + d]!;
  });
}

/** Y [T, dirs, B, H] and last states [dirs, B, H], taken apart. */
function split({ B, T, H, weights }: OnnxCall, Y: Float32Array, last: Float32Array[]): OnnxResult {
  const dirs = weights.length;
  const sequence = (dir: number) =>
    Float32Array.from({ length: B * T * H }, (_, i) => {
      const [b, t, j] = [Math.floor(i / (T * H)), Math.floor(i / H) % T, i % H];
      return Y[((t * dirs + dir) * B + b) * H + j]!;
    });
  const each = Array.from({ length: dirs }, (_, dir) => dir);
  return {
    y: each.map(sequence),
    states: each.map((dir) => last.map((state) => state.slice(dir * B * H, (dir + 1) * B * H))),
  };
}
