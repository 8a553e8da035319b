/** Which of the modules suits the engine and the program; asked by letting it validate the smallest module that uses a feature. */

export interface Variant {
  relaxed: boolean;
  shared: boolean;
  /**
   * Which kernels the module holds: "inference-" those without gradients and optimizers, half the bytes, for pages that only run
   * models; "sequences-" all, with those of ragged batches and the rarer layers (sequence-kernels.ts). Left out: in between.
   */
  edition?: "inference-" | "sequences-" | "";
  /** The engine joins pairs of 128-bit operations: wider tiles, the same results. */
  wide?: boolean;
}

/** One function: f32x4.relaxed_madd of three i32x4.splat of 0. */
const RELAXED = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 17, 65, 0, 253, 17, 65,
  0, 253, 17, 253, 133, 2, 11,
];
/** One function: i32x4.splat of 0. */
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 17, 11];

export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(RELAXED));
}

export function hasSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(SIMD));
}

export function fileName({ edition = "", ...features }: Variant): string {
  return `kernels-${edition}${nameOf(features)}.wasm`;
}

/** What decides the bits of the results: modules of one name compute the same. */
export function nameOf({ relaxed, shared }: Variant): string {
  return (relaxed ? "relaxed" : "simd") + (shared ? "-shared" : "");
}

/** What a module imports: the memory, and JavaScript's Math for the functions that need not be fast. */
export function importsFor(memory: WebAssembly.Memory): WebAssembly.Imports {
  return { env: { memory }, Math: Math as unknown as WebAssembly.ModuleImports };
}
