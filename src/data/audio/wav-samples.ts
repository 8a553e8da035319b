import { check } from "../../util/errors.js";
import type { WavHeader } from "./wav-header.js";

/**
 * The samples of a WAV file, from −1 to 1 and mixed down to one channel: their mean. Whole numbers of b bits are divided by
 * 2^(b−1), those of 8 bits after 128 was taken off; floats are taken as they are, also beyond ±1.
 * @throws SluiceError where a float is not finite
 */
export function readSamples(where: string, name: string, file: Uint8Array, header: WavHeader): Float32Array {
  const { channels, bits, dataAt, dataBytes } = header;
  const view = new DataView(file.buffer, file.byteOffset + dataAt, dataBytes);
  const read = readerOf(header, view);
  const width = bits / 8;
  const samples = new Float32Array(dataBytes / (width * channels));
  for (let i = 0, offset = 0; i < samples.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++, offset += width) sum += read(offset);
    samples[i] = sum / channels;
    check(Number.isFinite(samples[i]), () => {
      return `${where}: ${name}, byte ${dataAt + i * width * channels}: sample ${i} is not a finite number`;
    });
  }
  return samples;
}

function readerOf({ encoding, bits }: WavHeader, view: DataView): (offset: number) => number {
  if (encoding === "alaw") return fromTable(view, ALAW);
  if (encoding === "mulaw") return fromTable(view, MULAW);
  if (encoding === "float") {
    return bits === 32 ? (offset) => view.getFloat32(offset, true) : (offset) => view.getFloat64(offset, true);
  }
  if (bits === 8) return (offset) => (view.getUint8(offset) - 128) / 128;
  if (bits === 16) return (offset) => view.getInt16(offset, true) / 32768;
  if (bits === 32) return (offset) => view.getInt32(offset, true) / 2147483648;
  return (offset) => (view.getUint16(offset, true) + 65536 * view.getInt8(offset + 2)) / 8388608;
}

const fromTable = (view: DataView, table: Float64Array) => (offset: number) => table[view.getUint8(offset)]!;

/** ITU-T G.711, A-law: sign, three bits of exponent, four of mantissa, the even bits inverted; steps of 16 at 16 bits. */
const ALAW = Float64Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = ((bits & 15) << 4) + (exponent === 0 ? 8 : 264);
  const magnitude = exponent > 1 ? mantissa << (exponent - 1) : mantissa;
  return (bits & 0x80 ? magnitude : -magnitude) / 32768;
});

/** ITU-T G.711, mu-law: all bits inverted, a bias of 33 at 14 bits, 132 at 16. */
const MULAW = Float64Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
});
