import { Arena } from "../../tensor/arena.js";
import { Heap } from "../../tensor/heap.js";
import type { Memory, Ptr } from "../../tensor/memory.js";
import { SluiceError } from "../../util/errors.js";

const PAGE = 65536;
const FIRST_PAGES = 16;
/** All that 32-bit addresses reach, or what an engine is willing to reserve: a shared memory must name its limit. */
const LIMITS = [65536, 16384, 4096];
/** Below: the control block and the arguments (assembly/args.ts). */
const FIRST_FREE = 4096;
/** Vector loads may look past the end of the last block. */
const PADDING = 64;

/** Memory of the wasm kernels: 4-byte floats and ints, in one WebAssembly memory that grows. */
export class WasmMemory implements Memory {
  readonly float = "float32";
  readonly bytes = 4;
  readonly heap: Heap;
  readonly arena: Arena;
  readonly wasm: WebAssembly.Memory;
  /** Called with the new buffer after each growth. */
  onGrow: (buffer: ArrayBufferLike) => void = () => {};
  #buffer: ArrayBufferLike;

  constructor(shared: boolean) {
    this.wasm = reserve(shared);
    this.#buffer = this.wasm.buffer;
    this.heap = new Heap(FIRST_PAGES * PAGE - PADDING, (bytes) => this.#grow(bytes), FIRST_FREE);
    this.arena = new Arena(this.heap);
  }

  get buffer(): ArrayBufferLike {
    return this.#buffer;
  }

  floats(ptr: Ptr, length: number): Float32Array {
    return new Float32Array(this.#buffer, ptr, length);
  }

  ints(ptr: Ptr, length: number): Int32Array {
    return new Int32Array(this.#buffer, ptr, length);
  }

  #grow(bytes: number): number {
    const pages = Math.ceil((bytes + PADDING) / PAGE);
    try {
      this.wasm.grow(pages - this.#buffer.byteLength / PAGE);
    } catch (cause) {
      throw new SluiceError(`memory: ${pages * PAGE} bytes are needed, which this engine does not give`, { cause });
    }
    this.#buffer = this.wasm.buffer;
    this.onGrow(this.#buffer);
    return this.#buffer.byteLength - PADDING;
  }
}

function reserve(shared: boolean): WebAssembly.Memory {
  let refusal: unknown;
  for (const maximum of LIMITS) {
    try {
      return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared });
    } catch (error) {
      refusal = error;
    }
  }
  throw new SluiceError("memory: this engine gives no WebAssembly memory", { cause: refusal });
}
