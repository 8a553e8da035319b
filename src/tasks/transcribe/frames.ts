import { tensor, type Tensor } from "sluice";

/** Features of a clip, one row of bands every 10 ms: values[t * bands + b]. */
export interface Frames {
  readonly values: Float32Array;
  readonly length: number;
  readonly bands: number;
}

/** Far from features of deviation 1, so that no real step is taken for padding. */
export const PADDING = -1e6;

/** Steps of the network that so many frames give. */
export function stepsOf(frames: number, stack: number): number {
  return Math.ceil(frames / stack);
}

/**
 * `stack` frames side by side make a step (frame stacking: Sak, Senior, Rao and Beaufays 2015, arXiv 1507.06947, section 5); the last step
 * is filled with the last frame. Padded after the end to the longest: float32 [N, T, stack · bands].
 */
export function stacked(clips: readonly Frames[], stack: number): Tensor {
  const bands = clips[0]!.bands;
  const T = clips.reduce((most, { length }) => Math.max(most, stepsOf(length, stack)), 0);
  const size = stack * bands;
  const out = new Float32Array(clips.length * T * size).fill(PADDING);
  for (const [i, { values, length }] of clips.entries()) {
    const at = i * T * size;
    out.set(values, at);
    const last = values.subarray((length - 1) * bands);
    for (let t = length; t < stepsOf(length, stack) * stack; t++) out.set(last, at + t * bands);
  }
  return tensor(out, [clips.length, T, size]);
}

/** Texts as CTC takes them: int32 [N, L], -1 after the end. */
export function paddedTexts(texts: readonly (readonly number[])[]): Tensor {
  const L = texts.reduce((most, { length }) => Math.max(most, length), 1);
  const out = new Int32Array(texts.length * L).fill(-1);
  for (const [i, text] of texts.entries()) out.set(text, i * L);
  return tensor(out, [texts.length, L]);
}
