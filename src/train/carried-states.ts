import type { RecurrentCell } from "../layers/recurrent/cell.js";
import { scan, type Scan } from "../layers/recurrent/scan.js";
import type { Tensor } from "../tensor/tensor.js";

/** The states with which recurrent layers ended one piece of their sequences, which the next piece begins with, detached. */
export class CarriedStates {
  /** For each cell the states after each of its calls in a step, in the order of the calls: a layer may stand at several places. */
  readonly #ended = new Map<RecurrentCell, Tensor[][]>();
  readonly #calls = new Map<RecurrentCell, number>();
  #waiting: Tensor[][][] = [];

  /** @param inner how the layers run but for their initial states */
  constructor(private readonly inner: Scan = scan) {}

  readonly scan: Scan = (cell, inputs, options, context) => {
    const call = this.#calls.get(cell) ?? 0;
    this.#calls.set(cell, call + 1);
    const ended = this.#ended.get(cell) ?? this.#waiting.shift() ?? [];
    const initial = ended[call] ?? inputs.initial;
    const result = this.inner(cell, { ...inputs, initial }, options, context);
    ended[call] = result.states.map((state) => state.toHost());
    this.#ended.set(cell, ended);
    return result;
  };

  /** The states by cell, in the order in which the cells were called first. */
  get all(): readonly Tensor[][][] {
    return [...this.#ended.values()];
  }

  /** The first piece begins with these, of cells in the order of `all`. */
  begin(states: readonly Tensor[][][]): void {
    this.#waiting = [...states];
  }

  /** To be called before each piece. */
  nextPiece(): void {
    this.#calls.clear();
  }

  /** To be called before a batch of new sequences. */
  forget(): void {
    this.#ended.clear();
    this.#waiting = [];
  }
}
