import { checkCount, checkOptions } from "../../util/checks.js";
import { openSource, type ByteSource, type OpenSource } from "../readers/source.js";
import { resample } from "./resample.js";
import { readWavHeader } from "./wav-header.js";
import { readSamples } from "./wav-samples.js";

/** A recording. */
export interface Recording {
  /** Samples per second. */
  readonly sampleRate: number;
  /** Of the file; `samples` is their mean. */
  readonly channels: number;
  /** −1 … 1. */
  readonly samples: Float32Array;
  readonly seconds: number;
}

export interface WavOptions {
  /** What the samples are resampled to, see `resample`. Default: the file's own rate. */
  sampleRate?: number | undefined;
  /** What messages call the file. Default: its name, or "bytes". */
  name?: string | undefined;
}

const WHERE = "readWav";

/**
 * Reads a WAV file, also one packed by gzip: PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, A-law and mu-law; mixed down to
 * one channel. The whole file is held in memory. A length of samples that was never filled in (written to a pipe) means: to the end.
 * @throws SluiceError with file and byte offset for what is no WAV, truncated, of another format, or without channels
 */
export async function readWav(source: ByteSource, options: WavOptions = {}): Promise<Recording> {
  checkOptions(WHERE, options, ["sampleRate", "name"]);
  if (options.sampleRate !== undefined) checkCount(WHERE, "sampleRate", options.sampleRate);
  return readOpened(WHERE, openSource(WHERE, source, options.name), options.sampleRate);
}

export async function readOpened(where: string, opened: OpenSource, wanted: number | undefined): Promise<Recording> {
  const file = await wholeOf(opened);
  // The whole file is there, so the header either is found or is an error.
  const header = readWavHeader(where, opened.name, file, file.length)!;
  const read = readSamples(where, opened.name, file, header);
  const sampleRate = wanted ?? header.sampleRate;
  const samples = resample(read, header.sampleRate, sampleRate);
  return { sampleRate, channels: header.channels, samples, seconds: read.length / header.sampleRate };
}

export async function wholeOf(opened: OpenSource): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  for await (const block of opened.bytes()) blocks.push(block);
  if (blocks.length === 1) return blocks[0]!;
  const file = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    file.set(block, at);
    at += block.length;
  }
  return file;
}
