/**
 * Checkpoints over time for cells that bring an operation of their own: forward runs without a tape and keeps the states between
 * pieces; backward runs each piece again on a tape of its own, from the last to the first.
 */
import { add, mul } from "../../ops/arithmetic.js";
import { op } from "../../ops/op.js";
import { sum } from "../../ops/reduce.js";
import { withScope, type Scope } from "../../ops/scope.js";
import { slice } from "../../ops/slice.js";
import { makePieces, TimePieces, type Piece } from "../../ops/time-pieces.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { CallContext } from "../layer.js";
import type { RecurrentCell } from "./cell.js";
import type { CellRunner, ScanInputs, ScanOptions } from "./scan.js";

/** @returns y [B, T, H], or null without returnSequences, and the last states; the cell's output is its first state */
export function scanTapePieces(
  cell: RecurrentCell,
  runner: CellRunner,
  inputs: ScanInputs,
  options: ScanOptions,
  context: CallContext,
  every: number,
): { sequence: Tensor | null; states: Tensor[] } {
  const { returnSequences = false } = options;
  const outputs = op("checkpointEvery", [inputs.x, ...inputs.initial], ([x, ...initial], scope) => {
    const run = (part: ScanInputs) => runner.scan(cell, part, options, context);
    return new TapePieces(scope, { ...inputs, x: x!, initial }, options, cell, context, run).forward(every);
  });
  return returnSequences ? { sequence: outputs[0]!, states: outputs.slice(1) } : { sequence: null, states: outputs };
}

type Run = (inputs: ScanInputs) => { sequence: Tensor | null; states: Tensor[] };

class TapePieces {
  readonly #time: TimePieces;
  /** Each piece draws what the whole sequence would. */
  readonly #random: [number, number, number, number];
  #pieces: Piece[] = [];
  #y: Tensor | null = null;
  /** States before each piece, and after the last. */
  #states: Tensor[][] = [];

  constructor(
    private readonly scope: Scope,
    private readonly inputs: ScanInputs,
    private readonly options: ScanOptions,
    private readonly cell: RecurrentCell,
    private readonly context: CallContext,
    private readonly run: Run,
  ) {
    const [B, T] = inputs.x.shape as [number, number];
    this.#time = new TimePieces(scope.kernels, B, T, inputs.mask, options);
    this.#random = context.random.state;
  }

  forward(every: number): Tensor[] {
    const { scope, inputs, cell } = this;
    const [B, T] = inputs.x.shape as [number, number];
    this.#pieces = makePieces(T, every, this.options.reverse);
    const H = cell.outputSize;
    if (this.options.returnSequences) this.#y = scope.alloc([B, T, H]);
    const fresh = () => cell.stateSizes.map((size) => scope.alloc([B, size]));
    const zero = (t: Tensor) => (scope.kernels.fill(t.ptr, 0, t.size), t);
    this.#states = [inputs.initial.length > 0 ? [...inputs.initial] : fresh().map(zero), ...this.#pieces.map(fresh)];
    for (const piece of this.#pieces) {
      withScope(scope.kernels, false, (inner) => {
        const { sequence, states } = this.#runPiece(inner, piece, false).result;
        for (const [i, state] of states.entries()) copy(inner, this.#states[piece.index + 1]![i]!.ptr, state);
        if (!this.#y) return;
        this.#time.showCarried(piece, sequence!.ptr, this.#states[piece.index]![0]!.ptr, H);
        this.#time.put(this.#y.ptr, piece, sequence!.ptr, H);
      });
    }
    const last = this.#states.at(-1)!;
    const outputs = this.#y ? [this.#y, ...last] : last;
    // The weights' gradients are added where they belong by the pieces' own tapes; that there are some has to be said here.
    const weights = cell.parameters.filter((p) => p.tracked);
    scope.record([inputs.x, ...inputs.initial, ...weights], outputs, () => this.#backward());
    return outputs;
  }

  #runPiece(inner: Scope, piece: Piece, tracked: boolean) {
    const { x, mask, stateDropout } = this.inputs;
    const [B, , D] = x.shape as [number, number, number];
    const leaf = (ptr: number, shape: number[]) => {
      const t = inner.alloc(shape);
      inner.kernels.scale(t.ptr, 1, ptr, t.size);
      t.tracked = tracked;
      return t;
    };
    const part = leaf(this.#time.take(x.ptr, piece, D), [B, piece.steps, D]);
    part.tracked &&= x.tracked;
    const initial = this.#states[piece.index]!.map((state) => leaf(state.ptr, [...state.shape]));
    const maskPart = mask && slice(mask, [0, piece.from], [B, piece.steps]);
    this.context.random.state = this.#random;
    return { part, initial, result: this.run({ x: part, initial, mask: maskPart, stateDropout }) };
  }

  #backward(): void {
    const { scope, inputs } = this;
    const H = this.cell.outputSize;
    const { random } = this.context;
    const after = random.state;
    const dx = inputs.x.tracked ? scope.alloc(inputs.x.shape) : null;
    const initialTracked = inputs.initial.map((t) => t.tracked);
    // What reaches the states after a piece: of the last one from outside, then of each border.
    let reaching = this.#states.at(-1)!.map((state) => copyOf(scope, state.grad, state));
    for (const piece of this.#pieces.toReversed()) {
      const leaving = reaching.map((t) => scope.alloc(t.shape));
      withScope(scope.kernels, true, (inner) => {
        const { part, initial, result } = this.#runPiece(inner, piece, true);
        const dy = this.#y?.grad ? this.#time.take(this.#y.grad.ptr, piece, H) : 0;
        const upstream = inner.alloc([part.shape[0]!, piece.steps, H]);
        if (dy) inner.kernels.scale(upstream.ptr, 1, dy, upstream.size);
        const terms = result.states.map((state, i) => sum(mul(state, reaching[i]!)));
        if (dy) terms.push(sum(mul(result.sequence!, upstream)));
        inner.backward(terms.reduce((a, b) => add(a, b)));
        for (const [i, t] of initial.entries()) copy(inner, leaving[i]!.ptr, t.grad, t.size);
        if (dy) this.#time.addCarried(piece, leaving[0]!.ptr, dy, H);
        if (!dx) return;
        const piecePart = part.grad ?? inner.alloc(part.shape);
        if (!part.grad) inner.kernels.fill(piecePart.ptr, 0, piecePart.size);
        this.#time.put(dx.ptr, piece, piecePart.ptr, part.shape[2]!);
      });
      reaching = leaving;
    }
    random.state = after;
    const merge = (t: Tensor, from: Tensor) =>
      scope.accumulateGrad(t, (place) => scope.kernels.axpy(place, 1, from.ptr, t.size));
    if (dx) merge(inputs.x, dx);
    for (const [i, t] of inputs.initial.entries()) if (initialTracked[i]) merge(t, reaching[i]!);
  }
}

/** Copies a tensor to a place; zeros where there is none. */
function copy(scope: Scope, to: number, from: Tensor | null, size = from?.size ?? 0): void {
  if (from) scope.kernels.scale(to, 1, from.ptr, size);
  else scope.kernels.fill(to, 0, size);
}

function copyOf(scope: Scope, from: Tensor | null, like: Tensor): Tensor {
  const t = scope.alloc(like.shape);
  copy(scope, t.ptr, from, t.size);
  return t;
}
