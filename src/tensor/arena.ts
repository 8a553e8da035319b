import type { Heap } from "./heap.js";
import type { Ptr } from "./memory.js";

const ALIGNMENT = 64;
const CHUNK = 1 << 20;

/** A point in the arena to return to. */
export interface Mark {
  readonly chunk: number;
  readonly offset: number;
}

/**
 * Bump allocation for everything that lives no longer than one step. `release(mark)` forgets all that came after the
 * mark; at the outermost release several chunks are replaced by one of their joint size, so that a steady workload ends up
 * with one chunk and allocates nothing more.
 */
export class Arena {
  #chunks: { start: Ptr; size: number }[] = [];
  #chunk = 0;
  #offset = 0;

  constructor(private readonly heap: Heap) {}

  alloc(bytes: number): Ptr {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    while (this.#chunk < this.#chunks.length) {
      const { start, size: room } = this.#chunks[this.#chunk]!;
      if (this.#offset + size <= room) {
        this.#offset += size;
        return start + this.#offset - size;
      }
      this.#chunk++;
      this.#offset = 0;
    }
    const room = Math.max(size, CHUNK);
    this.#chunks.push({ start: this.heap.alloc(room), size: room });
    this.#offset = size;
    return this.#chunks[this.#chunk]!.start;
  }

  mark(): Mark {
    return { chunk: this.#chunk, offset: this.#offset };
  }

  release(mark: Mark): void {
    this.#chunk = mark.chunk;
    this.#offset = mark.offset;
    if (mark.chunk === 0 && mark.offset === 0 && this.#chunks.length > 1) this.#join();
  }

  #join(): void {
    const total = this.#chunks.reduce((sum, chunk) => sum + chunk.size, 0);
    for (const { start } of this.#chunks) this.heap.free(start);
    this.#chunks = []; // what was freed must not be used again should the next line fail
    this.#chunks = [{ start: this.heap.alloc(total), size: total }];
  }
}
