/**
 * A recurrent layer that keeps little for its backward pass: gradient checkpointing over time (Chen et al. 2016, arXiv
 * 1604.06174). Forward runs piece by piece and keeps the state between pieces; backward takes the pieces from the last to the
 * first, runs each forward once more and then back. The pieces are calls of the same kernels.
 *
 * The first piece in running order is the short one. The kernels add up the weights' gradients by rounds of ⌊256 / B⌋ steps,
 * counted from the last step, so with pieces of whole rounds these too are the bits that one call would give.
 */
import type { Cell, Kernels, RecurrentCall } from "../kernels/kernels.js";
import type { Ptr } from "../tensor/memory.js";
import type { Tensor } from "../tensor/tensor.js";
import { asFloat, op } from "./op.js";
import { makePieces, TimePieces, type Piece } from "./time-pieces.js";
import { merge, ptrOf, sizes, zeroedGrad, type RecurrentInputs, type RecurrentOptions } from "./recurrent.js";
import type { Scope } from "./scope.js";

export interface PieceOptions extends RecurrentOptions {
  /** steps of a piece */
  every: number;
  /** whether the outputs of all steps are wanted */
  returnSequences: boolean;
  /** Told in the backward pass, from the last piece to the first, ‖∂L/∂h‖ over the batch at the last step of the piece. */
  observe?: ((piece: Piece, norm: number) => void) | undefined;
}

/** @returns y [B, T, H], or null without returnSequences, and the last state: h [B, H], and c [B, H] for an LSTM. */
export function recurrentInPieces(
  inputs: RecurrentInputs,
  options: PieceOptions,
): { sequence: Tensor | null; states: Tensor[] } {
  const list = [inputs.x, inputs.W, inputs.U, inputs.b, inputs.mask, inputs.stateDropout, ...inputs.initial];
  const outputs = op(
    options.cell,
    list.filter((t) => t !== null),
    (placed, scope) => {
      let next = 0;
      const take = (t: Tensor | null) => (t ? placed[next++]! : null);
      const [x, W, U, b, mask, stateDropout] = list.slice(0, 6).map(take);
      const initial = inputs.initial.map((t) => asFloat(take(t)!, scope));
      const all = { x: asFloat(x!, scope), W: W!, U: U!, b: b!, mask: mask!, stateDropout: stateDropout!, initial };
      return new PiecewiseRun(all, options, scope).forward();
    },
  );
  return options.returnSequences
    ? { sequence: outputs[0]!, states: outputs.slice(1) }
    : { sequence: null, states: outputs };
}

class PiecewiseRun {
  readonly #k: Kernels;
  readonly #cell: Cell;
  readonly #pieces: Piece[];
  readonly #time: TimePieces;
  readonly #y: Tensor | null;
  /** h, and c for an LSTM, after the last step [B, H]. */
  readonly #last: Tensor[];
  /** The same after each piece but the last [pieces - 1, B, H]. */
  readonly #between: Tensor[];
  readonly #state: number;
  readonly #H: number;

  constructor(
    private readonly inputs: RecurrentInputs,
    private readonly options: PieceOptions,
    private readonly scope: Scope,
  ) {
    const { x, W, U, mask } = inputs;
    const [B, T, , H] = sizes(options.cell, x, W, U);
    this.#k = scope.kernels;
    this.#cell = options.cell;
    this.#H = H;
    this.#state = B * H * this.#k.memory.bytes;
    this.#pieces = makePieces(T, options.every, options.reverse);
    this.#time = new TimePieces(this.#k, B, T, mask, options);
    this.#y = options.returnSequences ? scope.alloc([B, T, H]) : null;
    const states = options.cell === "lstm" ? [0, 1] : [0];
    this.#last = states.map(() => scope.alloc([B, H]));
    this.#between = states.map(() => scope.alloc([Math.max(0, this.#pieces.length - 1), B, H]));
  }

  forward(): Tensor[] {
    const { arena } = this.#k.memory;
    const { x, W, U, b, initial } = this.inputs;
    const H = this.#H;
    for (const piece of this.#pieces) {
      const mark = arena.mark();
      const y = this.#y ? this.#time.room(piece, H, this.#y.ptr) : 0;
      this.#k.recurrentForward(this.#cell, this.#call(piece, y, 0));
      if (this.#y) {
        this.#time.showCarried(piece, y, this.#before(piece, 0), H);
        this.#time.put(this.#y.ptr, piece, y, H);
      }
      arena.release(mark);
    }
    const outputs = this.#y ? [this.#y, ...this.#last] : this.#last;
    this.scope.record([x, W, U, b, ...initial], outputs, () => this.#backward());
    return outputs;
  }

  /** State number i as it is before the piece, and after it; 0 = zeros. */
  #before({ index }: Piece, i: number): Ptr {
    return index === 0 ? ptrOf(this.inputs.initial[i]) : this.#between[i]!.ptr + (index - 1) * this.#state;
  }

  #after({ index }: Piece, i: number): Ptr {
    const kept = this.#between[i];
    if (!kept) return 0;
    return index === this.#pieces.length - 1 ? this.#last[i]!.ptr : kept.ptr + index * this.#state;
  }

  #call(piece: Piece, y: Ptr, saved: Ptr): RecurrentCall {
    const { x, W, U, b, mask, stateDropout } = this.inputs;
    const [B, , D] = x.shape as [number, number, number];
    const { activation, recurrentActivation, resetAfter, reverse, zeroOutputForMask } = this.options;
    return {
      B, T: piece.steps, D, H: this.#H, x: this.#time.take(x.ptr, piece, D), W: W.ptr, U: U.ptr, b: ptrOf(b),
      h0: this.#before(piece, 0), c0: this.#cell === "lstm" ? this.#before(piece, 1) : 0,
      hT: this.#after(piece, 0), cT: this.#after(piece, 1), mask: mask ? this.#time.takeMask(piece) : 0,
      stateDropout: ptrOf(stateDropout), y, saved, activation, recurrentActivation, resetAfter, reverse, zeroOutputForMask,
    }; // prettier-ignore
  }

  #backward(): void {
    const { scope } = this;
    const k = this.#k;
    const { arena } = k.memory;
    const { x, W, U, b, initial } = this.inputs;
    const fresh = (t: Tensor | null | undefined) => (t?.tracked ? scope.alloc(t.shape) : null);
    const summed = (t: Tensor | null) => ptrOf(t && zeroedGrad(scope, t));
    const weights = { dW: summed(W), dU: summed(U), db: summed(b) };
    const [dx, dh0, dc0] = [fresh(x), fresh(initial[0]), fresh(initial[1])];
    const B = x.shape[0]!;
    const mark = arena.mark();
    // Of the states' gradients at each border, two in turn.
    const carries = this.#last.map(() => [0, 1].map(() => scope.alloc([B, this.#H]).ptr));
    for (const piece of this.#pieces.toReversed()) {
      const { index } = piece;
      const inner = arena.mark();
      const saved = scope.alloc([k.savedLength(this.#cell, B, piece.steps, this.#H)]).ptr;
      const call = this.#call(piece, 0, saved);
      k.recurrentForward(this.#cell, call);
      const dy = this.#y?.grad ? this.#time.take(this.#y.grad.ptr, piece, this.#H) : 0;
      const reaching = (i: number) =>
        index === this.#pieces.length - 1 ? ptrOf(this.#last[i]?.grad) : (carries[i]?.[index % 2] ?? 0);
      const leaving = (i: number, first: Tensor | null) =>
        index === 0 ? ptrOf(first) : (carries[i]?.[(index - 1) % 2] ?? 0);
      const part = dx ? this.#time.room(piece, x.shape[2]!, dx.ptr) : 0;
      this.options.observe?.(piece, this.#normAt(piece, reaching(0), dy));
      k.recurrentBackward(this.#cell, call, {
        ...weights, dy, dhT: reaching(0), dcT: reaching(1), dx: part, dh0: leaving(0, dh0), dc0: leaving(1, dc0),
      }); // prettier-ignore
      if (dx) this.#time.put(dx.ptr, piece, part, x.shape[2]!);
      if (dy && index > 0) this.#time.addCarried(piece, leaving(0, dh0), dy, this.#H);
      arena.release(inner);
    }
    arena.release(mark);
    if (dx) merge(scope, x, dx);
    if (dh0) merge(scope, initial[0]!, dh0);
    if (dc0) merge(scope, initial[1]!, dc0);
  }

  /** Of the gradient at the state after the piece: what later steps hand back, and what arrives at the output there. */
  #normAt(piece: Piece, dh: Ptr, dy: Ptr): number {
    const k = this.#k;
    const size = this.inputs.x.shape[0]! * this.#H;
    const total = this.scope.alloc([size]).ptr;
    k.fill(total, 0, size);
    if (dh) k.axpy(total, 1, dh, size);
    if (dy) this.#time.addLast(piece, total, dy, this.#H);
    return Math.sqrt(k.sumSquares(total, size));
  }
}
