/** Recordings in bodies: WAV files, or 16-bit samples and their rate. */
import { readWavHeader } from "../../data/audio/wav-header.js";
import type { Json } from "../../format/json.js";
import { show } from "../../util/errors.js";
import type { Limits } from "../limits.js";
import { Problem } from "../problem.js";
import { fromBase64 } from "./base64.js";
import { invalid, isObject } from "./fields.js";

/** Steps of sound are counted as the frames of most features: a hundred a second. */
const FRAMES_A_SECOND = 100;

/**
 * The bytes of a WAV file.
 * @param clip base64 of a WAV file, or `{ "pcm": base64 of 16-bit samples, little-endian, one channel; "sampleRate": Hz }`
 * @throws Problem 422 where it is neither, or longer than allowed
 */
export function clipOf(clip: Json, pointer: string, limits: Limits): Uint8Array {
  if (typeof clip === "string") return checkedWav(bytesOf(clip, pointer), limits);
  if (!isObject(clip) || typeof clip["pcm"] !== "string")
    throw invalid([
      { pointer, detail: `expected the base64 of a WAV file, or { pcm, sampleRate }, got ${show(clip)}` },
    ]);
  const { pcm, sampleRate } = clip;
  const rate = typeof sampleRate === "number" && Number.isInteger(sampleRate) && sampleRate >= 1000 && sampleRate <= 384_000; // prettier-ignore
  if (!rate)
    throw invalid([
      { pointer: `${pointer}/sampleRate`, detail: `expected 1000 to 384000 Hz, got ${show(sampleRate)}` },
    ]);
  const samples = bytesOf(pcm as string, `${pointer}/pcm`);
  if (samples.length % 2 !== 0)
    throw invalid([
      { pointer: `${pointer}/pcm`, detail: `samples of 16 bits are 2 bytes each, got ${samples.length} bytes` },
    ]);
  return checkedWav(wavOf(samples, sampleRate as number), limits);
}

function bytesOf(text: string, pointer: string): Uint8Array {
  const bytes = fromBase64(text);
  if (bytes === null) throw invalid([{ pointer, detail: "expected base64 (RFC 4648), with no blanks" }]);
  return bytes;
}

/** @throws Problem 422 where it is no WAV file, or lasts longer than allowed */
export function checkedWav(bytes: Uint8Array, { maxLength }: Limits): Uint8Array {
  const header = readWavHeader("audio", "recording", bytes, bytes.length);
  if (header === undefined) throw new Problem("invalid-input", "The WAV file ends before its samples.");
  const { dataBytes, sampleRate, channels, bits } = header;
  const seconds = dataBytes / (sampleRate * channels * (bits / 8));
  const most = maxLength / FRAMES_A_SECOND;
  if (seconds > most) throw new Problem("too-long", `A recording may last ${most} seconds, this one lasts ${Math.ceil(seconds)}.`); // prettier-ignore
  return bytes;
}

/** A header of 44 bytes before the samples (Microsoft, Multimedia Data Standards Update 1994: WAVE_FORMAT_PCM). */
function wavOf(samples: Uint8Array, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length, true);
  bytes.set(samples, 44);
  return bytes;
}
