import { check, show } from "../../util/errors.js";

export type WavEncoding = "pcm" | "float" | "alaw" | "mulaw";

/** Where the samples of a WAV file stand, and how they are written. */
export interface WavHeader {
  readonly encoding: WavEncoding;
  /** Bits that one sample takes in the file. */
  readonly bits: number;
  readonly channels: number;
  readonly sampleRate: number;
  /** Offset of the first sample in the file, in bytes. */
  readonly dataAt: number;
  /** Length of the samples, in bytes: a whole number of frames (one sample of each channel). */
  readonly dataBytes: number;
}

/** Codes of mmreg.h that are read, and of formats that people meet, for the message. */
const ENCODINGS: Readonly<Record<number, WavEncoding>> = { 1: "pcm", 3: "float", 6: "alaw", 7: "mulaw" };
const OTHERS: Readonly<Record<number, string>> = {
  0x02: "Microsoft ADPCM",
  0x11: "IMA ADPCM",
  0x31: "GSM 6.10",
  0x50: "MPEG",
  0x55: "MP3",
  0xff: "AAC",
};
const EXTENSIBLE = 0xfffe;
/** Bytes 2 … 15 of the sub-format's GUID for every format that also has a code (ksmedia.h, KSDATAFORMAT_SUBTYPE). */
const GUID_TAIL = "000000001000800000aa00389b71";
const SIZES: Readonly<Record<WavEncoding, readonly number[]>> = {
  pcm: [8, 16, 24, 32],
  float: [32, 64],
  alaw: [8],
  mulaw: [8],
};
/** Lengths that stand for "not known yet", written to pipes: by GStreamer, sox and espeak, arecord, ffmpeg. */
const STREAMED: readonly number[] = [0, 0x7ffff000, 0x80000000, 0xffffffff];
/** What other files begin with that people take for WAV. */
const STRANGERS: readonly (readonly [string, string])[] = [
  ["RF64", "an RF64 file (WAV of more than 4 GB)"],
  ["BW64", "a BW64 file (WAV of more than 4 GB)"],
  ["RIFX", "a RIFX file (WAV in big-endian order)"],
  ["FORM", "an AIFF file"],
  ["fLaC", "a FLAC file"],
  ["OggS", "an Ogg file"],
  ["ID3", "an MP3 file"],
];

/**
 * Reads the chunks of a RIFF/WAVE file up to its samples (IBM and Microsoft, Multimedia Programming Interface and Data
 * Specifications 1.0, 1991; WAVE_FORMAT_EXTENSIBLE: Microsoft's mmreg.h). The WAV readers on npm are unmaintained since 2020 and
 * repair broken files silently, so this one is our own.
 * @param file the file or its beginning
 * @param size length of the whole file in bytes
 * @returns undefined where the samples begin after the beginning that was given
 * @throws SluiceError with name and byte offset
 */
export function readWavHeader(where: string, name: string, file: Uint8Array, size: number): WavHeader | undefined {
  const at = (offset: number) => `${where}: ${name}, byte ${offset}`;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  checkRiff(where, name, file, size);
  let format: Omit<WavHeader, "dataAt" | "dataBytes"> | undefined;
  for (let offset = 12; ;) {
    check(offset + 8 <= size, () => {
      return `${at(offset)}: the file ends without ${format ? "samples (a data chunk)" : "a fmt chunk"}`;
    });
    if (offset + 8 > file.length) return undefined;
    const [id, length] = [text(file, offset, 4), view.getUint32(offset + 4, true)];
    const body = offset + 8;
    if (id === "data") {
      check(format !== undefined, () => `${at(offset)}: the samples (data) come before their format (fmt)`);
      return { ...format, dataAt: body, dataBytes: dataLength(at(offset), format, length, size - body) };
    }
    check(body + length <= size, () => {
      return `${at(offset)}: the file is truncated: the chunk ${show(id)} has ${length} bytes, ${size - body} are left`;
    });
    if (id === "fmt ") {
      if (body + length > file.length) return undefined;
      format = readFormat(at(offset), new DataView(file.buffer, file.byteOffset + body, length));
    }
    offset = body + length + (length % 2); // a chunk of odd length is followed by one byte of padding
  }
}

function checkRiff(where: string, name: string, file: Uint8Array, size: number): void {
  const stranger = STRANGERS.find(([magic]) => text(file, 0, magic.length) === magic);
  check(stranger === undefined, () => {
    return `${where}: ${name}, byte 0: expected a RIFF/WAVE file, got ${stranger![1]}, which is not read; write a WAV file of it`;
  });
  check(size > 0, () => `${where}: ${name}: the file is empty`);
  check(size >= 12 && text(file, 0, 4) === "RIFF" && text(file, 8, 4) === "WAVE", () => {
    return `${where}: ${name}, byte 0: this is no WAV file: expected "RIFF" … "WAVE", got ${show(text(file, 0, 12))}`;
  });
}

function readFormat(at: string, view: DataView): Omit<WavHeader, "dataAt" | "dataBytes"> {
  const length = view.byteLength;
  check(length >= 16, () => `${at}: the fmt chunk must have at least 16 bytes, got ${length}`);
  const bits = view.getUint16(14, true);
  const [channels, sampleRate, blockAlign] = [
    view.getUint16(2, true),
    view.getUint32(4, true),
    view.getUint16(12, true),
  ];
  const code = view.getUint16(0, true) === EXTENSIBLE ? subFormat(at, view) : view.getUint16(0, true);
  const encoding = ENCODINGS[code];
  check(encoding !== undefined, () => {
    const known = OTHERS[code] ?? "an unknown format";
    return `${at}: expected PCM, float, A-law or mu-law samples, got ${known} (code ${code}); write PCM samples of it`;
  });
  check(SIZES[encoding].includes(bits), () => {
    return `${at}: ${encoding} samples must have ${SIZES[encoding].join(", ")} bits, got ${bits}`;
  });
  check(channels > 0, () => `${at}: expected at least one channel, got 0`);
  check(sampleRate > 0, () => `${at}: expected a sample rate above 0, got 0`);
  check(blockAlign === (channels * bits) / 8, () => {
    return `${at}: ${channels} channels of ${bits} bits take ${(channels * bits) / 8} bytes, but the file says ${blockAlign}`;
  });
  return { encoding, bits, channels, sampleRate };
}

/** The code of WAVE_FORMAT_EXTENSIBLE's sub-format; -1 where it has none. Fewer valid bits stand left in a sample: no change. */
function subFormat(at: string, view: DataView): number {
  check(view.byteLength >= 40, () => `${at}: an extensible fmt chunk must have 40 bytes, got ${view.byteLength}`);
  const tail = Array.from({ length: 14 }, (_, i) =>
    view
      .getUint8(26 + i)
      .toString(16)
      .padStart(2, "0"),
  );
  return tail.join("") === GUID_TAIL ? view.getUint16(24, true) : -1;
}

function dataLength(
  at: string,
  { channels, bits }: Pick<WavHeader, "channels" | "bits">,
  length: number,
  left: number,
): number {
  const frame = (channels * bits) / 8;
  // Written while recording: up to the end, whose last frame may be begun only.
  if (STREAMED.includes(length) && length !== left) return left - (left % frame);
  check(length <= left, () => {
    return `${at}: the file is truncated: the samples (data) have ${length} bytes, ${left} are left`;
  });
  check(
    length % frame === 0,
    () => `${at}: ${length} bytes of samples are no whole number of frames of ${frame} bytes`,
  );
  return length;
}

const text = (file: Uint8Array, from: number, length: number): string =>
  String.fromCharCode(...file.subarray(from, from + length));
