/** The states of all open sequences of one model, side by side in one array: a sequence costs its numbers and an index. */
import { makeData, type FloatDType, type TensorData } from "../../tensor/dtype.js";

const FIRST = 16;

export class StatePool {
  /** Numbers of all slots; another array after a slot was taken, so it is not to be kept. */
  data: TensorData;
  readonly #free: number[] = [];
  #slots = 0;

  /** @param size numbers of one sequence's state */
  constructor(
    private readonly dtype: FloatDType,
    readonly size: number,
  ) {
    this.data = makeData(dtype, FIRST * size);
  }

  get open(): number {
    return this.#slots - this.#free.length;
  }

  /** A slot of zeros, as every sequence begins. */
  take(): number {
    const slot = this.#free.pop();
    if (slot === undefined) return this.#append();
    this.data.fill(0, slot * this.size, (slot + 1) * this.size);
    return slot;
  }

  give(slot: number): void {
    this.#free.push(slot);
  }

  #append(): number {
    if ((this.#slots + 1) * this.size > this.data.length) {
      const larger = makeData(this.dtype, Math.max(2 * this.#slots, FIRST) * this.size);
      larger.set(this.data);
      this.data = larger;
    }
    return this.#slots++;
  }
}
