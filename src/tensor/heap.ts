import { SluiceError } from "../util/errors.js";

const ALIGNMENT = 64; // a cache line: no two threads write to one line of different blocks
const FIRST = 64; // address 0 means "absent" to every kernel, so nothing is ever placed there

/**
 * Book-keeping of one linear memory: which byte ranges are taken. First fit over a sorted list of free ranges, neighbours
 * merged on release. It knows addresses only; the memory itself grows through the callback.
 */
export class Heap {
  #free: { start: number; end: number }[];
  #taken = new Map<number, number>();
  #end: number;

  /** @param end bytes there now; @param grow asks the memory to reach at least so many bytes, and returns its new size. */
  constructor(
    end: number,
    private readonly grow: (bytes: number) => number,
    first = FIRST,
  ) {
    this.#free = end > first ? [{ start: first, end }] : [];
    this.#end = Math.max(first, end);
  }

  /** Bytes in use, for leak tests. */
  get used(): number {
    let sum = 0;
    for (const size of this.#taken.values()) sum += size;
    return sum;
  }

  alloc(bytes: number): number {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    let i = this.#free.findIndex((range) => range.end - range.start >= size);
    if (i < 0) {
      this.#extend(size);
      i = this.#free.length - 1;
    }
    const range = this.#free[i]!;
    const start = range.start;
    range.start += size;
    if (range.start === range.end) this.#free.splice(i, 1);
    this.#taken.set(start, size);
    return start;
  }

  free(start: number): void {
    const size = this.#taken.get(start);
    if (size === undefined) throw new SluiceError(`memory: block ${start} is not in use`);
    this.#taken.delete(start);
    let i = this.#free.findIndex((range) => range.start > start);
    if (i < 0) i = this.#free.length;
    this.#free.splice(i, 0, { start, end: start + size });
    this.#merge(i);
    this.#merge(i - 1);
  }

  /** Joins range i with the one after it when they touch. */
  #merge(i: number): void {
    const a = this.#free[i];
    const b = this.#free[i + 1];
    if (!a || !b || a.end !== b.start) return;
    a.end = b.end;
    this.#free.splice(i + 1, 1);
  }

  /** Grows the memory so that its last free range holds `size` bytes; by an eighth at least, so that growth is rare. */
  #extend(size: number): void {
    const last = this.#free.at(-1);
    const start = last && last.end === this.#end ? last.start : this.#end;
    const end = this.grow(Math.max(start + size, Math.ceil((this.#end * 1.125) / ALIGNMENT) * ALIGNMENT));
    if (start === this.#end) this.#free.push({ start, end });
    else last!.end = end;
    this.#end = end;
  }
}
