/** Sound as it travels: one channel, 16 bit, little endian, in base64. */

const FULL = 0x7fff;
/** More arguments at once would not fit on the stack. */
const PIECE = 0x8000;

export function toPcm(samples: Float32Array): string {
  const bytes = new Uint8Array(2 * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((value, i) => view.setInt16(2 * i, Math.round(FULL * Math.max(-1, Math.min(1, value))), true));
  let text = "";
  for (let i = 0; i < bytes.length; i += PIECE) text += String.fromCharCode(...bytes.subarray(i, i + PIECE));
  return btoa(text);
}

export function fromPcm(text: string): Float32Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length >> 1 }, (_, i) => view.getInt16(2 * i, true) / (FULL + 1));
}
