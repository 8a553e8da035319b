/**
 * Kernels that are looked at while they work: the same functions on the same memory, but that each recurrent call keeps its gates and
 * states, as training has it, and says where they are. What layers compute is untouched, so what is read is what they computed.
 */
import type { DecayedCall } from "../kernels/decay.js";
import type { GatedScanCall } from "../kernels/gated-scan.js";
import type { Cell, Kernels, RecurrentCall } from "../kernels/kernels.js";
import type { NormalizedCall, NormalizedCell, NormalizedKernels } from "../kernels/normalized.js";
import type { PackedCall } from "../kernels/packed.js";
import type { SequenceKernels } from "../kernels/sequence-kernels.js";
import type { Ptr } from "../tensor/memory.js";
import { check } from "../util/errors.js";
import type { TracedCell } from "./types.js";

/** A recurrent kernel call that has been made. Elements are counted from the addresses. */
export interface Heard {
  readonly cell: Exclude<TracedCell, "other">;
  /** An address of one of the cell's weights. */
  readonly weights: Ptr;
  readonly B: number;
  readonly T: number;
  readonly H: number;
  /** State after each step. */
  readonly states: Ptr;
  /** Slots of H side by side; 0 where the cell has none. */
  readonly gates: Ptr;
  readonly slots: number;
  /** Rows are [T, B] (kernels.ts), [B, T] (gated-scan.ts), or packed (packed.ts), where `offsets` says how. */
  readonly order: "time" | "batch" | "packed";
  /** int32 [B, T], 1 = use; 0 = all */
  readonly mask: Ptr;
  /** Of a packed call: the address of its offsets, which tells the packing. */
  readonly offsets: Ptr;
}

export type Hear = (heard: Heard) => void;

/** Room for so many elements that a call keeps: from the arena, or for good where the call is made again and again. */
export type Room = (elements: number) => Ptr;

/** As many slots as `savedLength` counts, with those of a simple RNN. */
const SLOTS = { gru: 4, lstm: 5, simpleRnn: 0, minGru: 2, minLstm: 3 } as const;

/** Whoever makes a call has seen to it that its kernel is there. */
type AnyKernels = Kernels & SequenceKernels & NormalizedKernels;

/**
 * @param room is asked when a call keeps nothing by itself
 * @param hear is told right after each recurrent call, while what it kept is there
 */
export function watchKernels(kernels: Kernels, room: Room, hear: Hear): Kernels {
  checkGradients(kernels);
  const all = kernels as AnyKernels;
  const { arena, bytes } = kernels.memory;
  /** Calls of a stream are the same objects at every step, which then makes no new ones. */
  const known = new WeakMap<object, Heard>();
  /** The product that came last: the minimal cells' weights appear in it alone. */
  const product = { to: 0, weights: 0 };

  /** Runs a call for the first time; what it was given room for in the arena goes back once it has been read. */
  const first = (call: object, kept: boolean, makeRoom: () => void, run: () => void, tell: () => Heard) => {
    const mark = kept ? null : arena.mark();
    if (!kept) makeRoom();
    run();
    const heard = tell();
    known.set(call, heard);
    hear(heard);
    if (mark) arena.release(mark);
  };
  const timeMajor = (
    cell: Cell,
    weights: Ptr,
    call: Pick<RecurrentCall, "B" | "T" | "H" | "saved" | "mask">,
  ): Heard => {
    const { B, T, H, saved: states, mask } = call;
    const slots = SLOTS[cell];
    const gates = slots === 0 ? 0 : states + T * B * H * bytes;
    return { cell, weights, B, T, H, states, gates, slots, order: "time", mask, offsets: 0 };
  };

  const own = {
    gemm(c: Ptr, a: Ptr, b: Ptr, M: number, N: number, K: number, transA: boolean, transB: boolean, add: boolean) {
      kernels.gemm(c, a, b, M, N, K, transA, transB, add);
      product.to = c;
      product.weights = b;
    },
    recurrentForward(cell: Cell, call: RecurrentCall) {
      const heard = known.get(call);
      if (heard) {
        kernels.recurrentForward(cell, call);
        return hear(heard);
      }
      first(
        call,
        call.saved !== 0,
        () => (call.saved = room(kernels.savedLength(cell, call.B, call.T, call.H))),
        () => kernels.recurrentForward(cell, call),
        () => timeMajor(cell, call.W, call),
      );
    },
    gruDecayed(call: DecayedCall) {
      const { B, T, H } = call;
      const heard = known.get(call);
      if (heard) {
        all.gruDecayed(call);
        return hear(heard);
      }
      first(
        call,
        call.saved !== 0,
        () => {
          // With `saved` the states as they enter the steps are kept too.
          call.decayed = room(T * B * H);
          call.saved = room(kernels.savedLength("gru", B, T, H));
        },
        () => all.gruDecayed(call),
        () => timeMajor("gru", call.W, call),
      );
    },
    normalizedForward(cell: NormalizedCell, call: NormalizedCall) {
      const heard = known.get(call);
      if (heard) {
        all.normalizedForward(cell, call);
        return hear(heard);
      }
      first(
        call,
        call.saved !== 0,
        () => (call.saved = room(all.normalizedLength(cell, call.B, call.T, call.H))),
        () => all.normalizedForward(cell, call),
        () => timeMajor(cell, call.U, call),
      );
    },
    packedForward(cell: Cell, call: PackedCall) {
      const { B, T, H, W: weights, h: states, offsets } = call;
      const slots = SLOTS[cell];
      first(
        call,
        call.gates !== 0 || slots === 0,
        () => (call.gates = room(kernels.memory.ints(offsets, T + 1)[T]! * slots * H)),
        () => all.packedForward(cell, call),
        () => ({ cell, weights, B, T, H, states, gates: call.gates, slots, order: "packed", mask: 0, offsets }),
      );
    },
    gatedScan(call: GatedScanCall) {
      const { cell, B, T, H, a: gates, y: states, mask } = call;
      const weights = gates === product.to ? product.weights : 0;
      call.keep = true;
      all.gatedScan(call);
      let heard = known.get(call);
      const slots = SLOTS[cell];
      if (!heard) known.set(call, (heard = { cell, weights, B, T, H, states, gates, slots, order: "batch", mask, offsets: 0 })); // prettier-ignore
      hear(heard);
    },
  };
  return new Proxy(kernels, new Watching(own)) as Kernels;
}

/** Raises an error in a page whose kernels only run models: they keep no gates and know no gradients. */
export function checkGradients(kernels: Kernels): void {
  check(typeof (kernels as Partial<Kernels>).recurrentBackward === "function", () => {
    return 'explain: this page computes with the kernels of "sluice/inference", which keep no gates; import "sluice" where it starts';
  });
}

/** Methods of the kernels are bound to them, since they have private fields. */
class Watching implements ProxyHandler<Kernels> {
  readonly #bound = new Map<PropertyKey, unknown>();

  constructor(own: object) {
    for (const [name, method] of Object.entries(own)) this.#bound.set(name, method);
  }

  get(kernels: Kernels, name: PropertyKey): unknown {
    const known = this.#bound.get(name);
    if (known !== undefined) return known;
    const value = Reflect.get(kernels, name, kernels) as unknown;
    if (typeof value !== "function") return value;
    const bound = (value as (...args: unknown[]) => unknown).bind(kernels);
    this.#bound.set(name, bound);
    return bound;
  }
}
