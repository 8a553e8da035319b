/** Pieces of the time axis of [B, T, …] arrays, for kernels that take whole sequences: copied out, and put back. */
import type { Kernels } from "../kernels/kernels.js";
import type { Ptr } from "../tensor/memory.js";
import type { Tensor } from "../tensor/tensor.js";

const INT_BYTES = 4;

/** Steps `from` to `from + steps` of the time axis; `index` counts in running order. */
export interface Piece {
  readonly index: number;
  readonly from: number;
  readonly steps: number;
}

/** The axis cut into pieces of `every` steps, in running order; the first one takes what is left over. */
export function makePieces(T: number, every: number, reverse: boolean): Piece[] {
  const pieces: Piece[] = [];
  for (let begin = 0, end = T % every || Math.min(every, T); begin < T; begin = end, end += every) {
    pieces.push({ index: pieces.length, from: reverse ? T - end : begin, steps: end - begin });
  }
  return pieces;
}

export class TimePieces {
  /** For each row its first unmasked step in running order, T when there is none; null without a mask. */
  readonly #firstUsed: Int32Array | null;
  readonly #mask: Tensor | null;
  readonly #reverse: boolean;
  readonly #silent: boolean;

  constructor(
    private readonly k: Kernels,
    private readonly B: number,
    private readonly T: number,
    mask: Tensor | null,
    { reverse, zeroOutputForMask }: { reverse: boolean; zeroOutputForMask: boolean },
  ) {
    this.#mask = mask;
    this.#reverse = reverse;
    this.#silent = zeroOutputForMask;
    this.#firstUsed = mask && Int32Array.from({ length: B }, (_, row) => this.#stepsUntilUsed(row, 0, T));
  }

  /** Place for an array of a piece; with one row that of the whole array `within`, where the piece lies in one stretch. */
  room(piece: Piece, width: number, within: Ptr = 0): Ptr {
    const { arena, bytes } = this.k.memory;
    if (this.B === 1 && within) return within + piece.from * width * bytes;
    return arena.alloc(this.B * piece.steps * width * bytes);
  }

  /** The piece of [B, T, width]. */
  take(whole: Ptr, piece: Piece, width: number): Ptr {
    const part = this.room(piece, width, whole);
    if (this.B > 1) this.#copy(part, piece.steps * width, this.#at(whole, piece, width), this.T * width, piece, width);
    return part;
  }

  /** The piece of the mask. */
  takeMask(piece: Piece): Ptr {
    const from = this.#mask!.ptr + piece.from * INT_BYTES;
    if (this.B === 1) return from;
    const part = this.k.memory.arena.alloc(this.B * piece.steps * INT_BYTES);
    this.k.copyInts(part, from, [this.B, piece.steps], [piece.steps, 1], [this.T, 1]);
    return part;
  }

  /** Writes a piece back to where it belongs. */
  put(whole: Ptr, piece: Piece, part: Ptr, width: number): void {
    const to = this.#at(whole, piece, width);
    if (to !== part) this.#copy(to, this.T * width, part, piece.steps * width, piece, width);
  }

  /**
   * The kernels let a masked output be zero until the row's first step of their call. Where the row has seen steps in pieces
   * before, the output is the state that came in.
   */
  showCarried(piece: Piece, y: Ptr, state: Ptr, H: number): void {
    this.#forSilent(piece, (row, at, count) => {
      this.k.copy(y + at * H * this.k.memory.bytes, this.#row(state, row, H), [count, H], [H, 1], [0, 1], false);
    });
  }

  /** The gradient of {@link showCarried}. */
  addCarried(piece: Piece, dState: Ptr, dy: Ptr, H: number): void {
    this.#forSilent(piece, (row, at, count) => {
      this.k.copy(this.#row(dState, row, H), dy + at * H * this.k.memory.bytes, [count, H], [0, 1], [H, 1], true);
    });
  }

  /** Adds what of dy counts at the last running step of the piece, row by row. */
  addLast(piece: Piece, dState: Ptr, dy: Ptr, H: number): void {
    const s = this.#begin(piece) + piece.steps - 1;
    const last = this.#reverse ? 0 : piece.steps - 1;
    for (let row = 0; row < this.B; row++) {
      const masked = this.#stepsUntilUsed(row, s, s + 1) > 0;
      if (masked && (this.#silent || this.#firstUsed![row]! > s)) continue;
      const from = dy + (row * piece.steps + last) * H * this.k.memory.bytes;
      this.k.axpy(this.#row(dState, row, H), 1, from, H);
    }
  }

  /** The running step with which a piece begins. */
  #begin({ from, steps }: Piece): number {
    return this.#reverse ? this.T - from - steps : from;
  }

  /** The masked steps with which a piece begins, of rows that have seen unmasked ones: `at` counts rows of [B · steps]. */
  #forSilent(piece: Piece, each: (row: number, at: number, count: number) => void): void {
    if (!this.#firstUsed || this.#silent || piece.index === 0) return;
    const begin = this.#begin(piece);
    for (let row = 0; row < this.B; row++) {
      const count = this.#firstUsed[row]! < begin ? this.#stepsUntilUsed(row, begin, begin + piece.steps) : 0;
      const first = this.#reverse ? piece.steps - count : 0;
      if (count > 0) each(row, row * piece.steps + first, count);
    }
  }

  /** How many masked steps a row has from running step `begin` on. */
  #stepsUntilUsed(row: number, begin: number, end: number): number {
    const data = this.#mask?.data;
    if (!data) return 0;
    for (let s = begin; s < end; s++) if (data[row * this.T + (this.#reverse ? this.T - 1 - s : s)]) return s - begin;
    return end - begin;
  }

  #at(whole: Ptr, piece: Piece, width: number): Ptr {
    return whole + piece.from * width * this.k.memory.bytes;
  }

  #row(states: Ptr, row: number, H: number): Ptr {
    return states + row * H * this.k.memory.bytes;
  }

  #copy(to: Ptr, toStride: number, from: Ptr, fromStride: number, { steps }: Piece, width: number): void {
    this.k.copy(to, from, [this.B, steps * width], [toStride, 1], [fromStride, 1], false);
  }
}
