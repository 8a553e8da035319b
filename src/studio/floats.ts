/** Arrays of numbers as they travel: float32, little endian, in base64. In pages and in Node. */
import type { Floats } from "./api/index.js";

/** More arguments at once would not fit on the stack. */
const PIECE = 0x8000;

export function toFloats(values: ArrayLike<number>): Floats {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  let text = "";
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return btoa(text);
}

export function fromFloats(text: Floats): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 2 }, (_, i) => view.getFloat32(4 * i, true));
}
