/** Holds the wasm kernels against the reference kernels: the same numbers go into both, what comes out must agree. */
import assert from "node:assert/strict";
import type { Kernels } from "../../src/kernels/kernels.js";
import { createReferenceKernels } from "../../src/kernels/reference/index.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { Random } from "../../src/util/random.js";
import { normal } from "../../src/util/normal.js";

/** The project's bound: difference over the largest element. */
export const TOLERANCE = 1e-5;

export const reference = createReferenceKernels();
export const VARIANTS: Record<string, Kernels> = {
  relaxed: loadKernels(),
  simd: loadKernels({ relaxed: false, shared: false }),
  wide: loadKernels({ relaxed: true, shared: true, wide: true }), // its wider tiles; the engine need not join operations
};

/** Those whose modules hold the kernels of the sequence edition. */
export const SEQUENCE_VARIANTS: Record<string, Kernels> = {
  relaxed: VARIANTS.relaxed!,
  simd: loadKernels({ relaxed: false, shared: false, edition: "sequences-" }),
  wide: loadKernels({ relaxed: true, shared: true, edition: "sequences-", wide: true }),
};

/** What a case uses to place its numbers in the memory of one kernel set; all is given back afterwards. */
export class Bench {
  #taken: number[] = [];
  constructor(readonly kernels: Kernels) {}

  /** Numbers (rounded to float32, so that both sets see the same) or, for undefined, address 0. */
  floats(values: ArrayLike<number> | undefined): number {
    if (!values) return 0;
    const { memory } = this.kernels;
    const ptr = this.#alloc(values.length * memory.bytes);
    memory.floats(ptr, values.length).set(Float32Array.from(values));
    return ptr;
  }

  ints(values: ArrayLike<number> | undefined): number {
    if (!values) return 0;
    const ptr = this.#alloc(values.length * 4);
    this.kernels.memory.ints(ptr, values.length).set(values);
    return ptr;
  }

  /** Room for results, filled with NaN, so that what is not written shows. */
  room(length: number): number {
    return this.floats(new Float32Array(length).fill(NaN));
  }

  read(ptr: number, length: number): Float64Array {
    return Float64Array.from(this.kernels.memory.floats(ptr, length));
  }

  readInts(ptr: number, length: number): Float64Array {
    return Float64Array.from(this.kernels.memory.ints(ptr, length));
  }

  #alloc(bytes: number): number {
    const ptr = this.kernels.memory.heap.alloc(bytes);
    this.#taken.push(ptr);
    return ptr;
  }

  free(): void {
    for (const ptr of this.#taken) this.kernels.memory.heap.free(ptr);
  }
}

export type Case = (bench: Bench) => Record<string, Float64Array>;

export function runCase(kernels: Kernels, body: Case): Record<string, Float64Array> {
  const bench = new Bench(kernels);
  const mark = kernels.memory.arena.mark();
  try {
    return body(bench);
  } finally {
    kernels.memory.arena.release(mark);
    bench.free();
  }
}

/**
 * Every result of the case agrees with the reference, in every variant. Results of a few elements may all be what is left of larger
 * terms that cancelled: `floor` is the size that they have without cancellation.
 */
export function agree(body: Case, floor = 1, variants = VARIANTS): void {
  const expected = runCase(reference, body);
  for (const [variant, kernels] of Object.entries(variants)) {
    const results = runCase(kernels, body);
    for (const [name, want] of Object.entries(expected))
      close(`${variant} ${name}`, results[name]!, want, TOLERANCE, floor);
  }
}

export function close(name: string, got: Float64Array, want: Float64Array, tolerance = TOLERANCE, floor = 1): void {
  assert.equal(got.length, want.length, `${name}: length`);
  let largest = want.length < 16 ? floor : Math.min(floor, 0.1); // saturated units leave nothing but rounding, too
  for (const x of want) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue;
    const off = Math.abs(got[i]! - want[i]!);
    const ok = Number.isFinite(want[i]!) ? off <= tolerance * largest : String(got[i]) === String(want[i]);
    if (!ok) assert.fail(`${name}[${i}]: got ${got[i]}, want ${want[i]}, largest ${largest}`);
  }
}

/** Numbers for a test, from one seed. */
export class Numbers {
  readonly random: Random;
  constructor(seed: number) {
    this.random = new Random(seed);
  }
  normal(n: number, scale = 1): Float32Array {
    return Float32Array.from({ length: n }, () => scale * normal(this.random));
  }
  below(n: number, limit: number): Int32Array {
    return Int32Array.from({ length: n }, () => this.random.below(limit));
  }
}
