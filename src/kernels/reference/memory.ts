import { Arena } from "../../tensor/arena.js";
import { Heap } from "../../tensor/heap.js";
import type { Memory, Ptr } from "../../tensor/memory.js";
import { SluiceError } from "../../util/errors.js";

const FIRST_BYTES = 1 << 20;

/** Byte-addressed memory of the reference kernels: 8-byte floats, 4-byte ints, in one ArrayBuffer that doubles when it is full. */
export class ReferenceMemory implements Memory {
  readonly float = "float64";
  readonly bytes = 8;
  readonly heap: Heap;
  readonly arena: Arena;
  #buffer = new ArrayBuffer(FIRST_BYTES);

  constructor() {
    this.heap = new Heap(FIRST_BYTES, (bytes) => this.#grow(bytes));
    this.arena = new Arena(this.heap);
  }

  get buffer(): ArrayBufferLike {
    return this.#buffer;
  }

  floats(ptr: Ptr, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#buffer, ptr, length);
  }

  ints(ptr: Ptr, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, ptr, length);
  }

  #grow(bytes: number): number {
    let size = this.#buffer.byteLength;
    while (size < bytes) size *= 2;
    const grown = allocate(size);
    new Uint8Array(grown).set(new Uint8Array(this.#buffer));
    this.#buffer = grown;
    return size;
  }
}

function allocate(size: number): ArrayBuffer {
  try {
    return new ArrayBuffer(size);
  } catch (cause) {
    throw new SluiceError(`reference kernels: memory must grow to ${size} bytes, which this engine does not give`, {
      cause,
    });
  }
}
