/**
 * Low memory. Kernels take their arguments from a block of 4-byte slots that the caller fills, so that every thread sees them
 * and a call allocates nothing. arguments.ts of the loader holds the same numbers.
 */

/** Below, from 1024: the constants that the compiler places (math.ts). */
export const CONTROL: usize = 1280; // threads.ts: five words, a cache line each
export const ARGS: usize = 2048;
/** 64 bytes of zeros, never written. */
export const ZEROS: usize = 2560;

@inline
export function arg(i: usize): i32 {
  return load<i32>(ARGS + i * 4);
}

@inline
export function argPtr(i: usize): usize {
  return load<usize>(ARGS + i * 4);
}

@inline
export function argFloat(i: usize): f32 {
  return load<f32>(ARGS + i * 4);
}

/**
 * Whether the engine makes 256-bit operations of pairs (--experimental-wasm-revectorize): then panels are 16 columns wide. Only
 * Node can be asked to, and there the memory is shared: the other modules go without the wider tile.
 */
@inline
export function isWide(): bool {
  return ASC_FEATURE_THREADS && arg(62) != 0;
}

/** Columns of a panel of B. */
@inline
export function panelWidth(): i32 {
  return isWide() ? 16 : 8;
}

/** What column counts are padded to and dealt out in: the widest panel. */
export const WIDEST = 16;

/** Where part `part` of `parts` begins when n things are dealt out in units of `unit`; part = parts gives n. */
export function splitAt(n: i32, part: i32, parts: i32, unit: i32): i32 {
  const units = (n + unit - 1) / unit;
  return min(n, ((units * part) / parts) * unit);
}
