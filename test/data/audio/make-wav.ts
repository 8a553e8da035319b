/** WAV files by hand, so that tests can write what no program writes. */

const join = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const uint32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

export function chunk(id: string, body: Uint8Array, length = body.length): Uint8Array {
  return join([ascii(id), uint32(length), body, new Uint8Array(body.length % 2)]);
}

interface Format {
  code?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  /** Default: what the channels and bits take. */
  blockAlign?: number;
}

export function formatChunk({
  code = 1,
  channels = 1,
  sampleRate = 8000,
  bits = 16,
  ...given
}: Format = {}): Uint8Array {
  const blockAlign = given.blockAlign ?? (channels * bits) / 8;
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, code, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRate, true);
  view.setUint32(8, sampleRate * blockAlign, true);
  view.setUint16(12, blockAlign, true);
  view.setUint16(14, bits, true);
  return chunk("fmt ", new Uint8Array(view.buffer));
}

export function wavFile(...chunks: readonly Uint8Array[]): Uint8Array {
  const body = join([ascii("WAVE"), ...chunks]);
  return join([ascii("RIFF"), uint32(body.length), body]);
}

/** 16-bit samples as a whole file. */
export function wavOf(samples: readonly number[], sampleRate = 8000): Uint8Array {
  return wavFile(formatChunk({ sampleRate }), chunk("data", new Uint8Array(Int16Array.from(samples).buffer)));
}
