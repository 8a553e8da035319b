import type { CallContext } from "./layer.js";

/**
 * The seed of the next dropout mask: from the model's generator, mixed with the layer's own seed when it has one, so that every
 * call gets another mask and a resumed training the same ones.
 */
export function drawSeed({ seed }: { seed?: number | null }, { random }: CallContext): number {
  const drawn = random.int32();
  return seed === null || seed === undefined ? drawn : (drawn ^ Math.imul(seed, 0x9e3779b1)) >>> 0;
}
