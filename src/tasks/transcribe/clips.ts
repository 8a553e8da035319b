import { insideFolder, kindOfPath } from "#disk";
import { readClips, readText, readWav, type AudioStep, type DataSource, type ReadOptions } from "../../data/index.js";
import { normalizeClip } from "../../data/audio/audio-step.js";
import { check, show } from "../../util/errors.js";
import { isTextList } from "../classify/text-reader.js";
import { pathOf } from "../source-name.js";
import type { Frames } from "./frames.js";

/** How sound becomes features. */
export interface Hearing {
  /** Log-mel bands (ln) of samples at that rate; made when the rate is known. */
  readonly stepOf: (sampleRate: number) => AudioStep;
  /** What clips are resampled to; undefined for the rate that most have. */
  readonly sampleRate: number | undefined;
  /** dB below the loudest of the clip at which it is quiet. */
  readonly range: number;
}

/** Clips in the order of their source. */
export interface Clips {
  readonly source: string;
  readonly paths: readonly string[];
  readonly frames: readonly Frames[];
  /** What is said in each, as it is written; empty where texts were not asked for. */
  readonly texts: readonly string[];
  readonly seconds: readonly number[];
  readonly sampleRate: number;
}

export interface ClipColumns {
  readonly audio: string;
  readonly text: string;
}

/**
 * A table of paths and texts, or a folder in which each clip has a text file of its name beside it; to predict also paths alone, a single
 * WAV file, its bytes, or a list of paths.
 * @throws SluiceError for a row without path or text, and for a clip that is missing, no WAV file, or too short, with its row
 */
export async function readTranscripts(
  where: string,
  source: DataSource,
  { audio, text }: ClipColumns,
  hearing: Hearing,
  withTexts: boolean,
  reading: ReadOptions,
): Promise<Clips> {
  const { stepOf, sampleRate, range } = hearing;
  const path = pathOf(source);
  if (path === null) return readFiles(where, source, stepOf(sampleRate!), range, withTexts);
  const kind = await kindOfPath(path);
  check(kind !== null, () => `${where}: cannot read ${path}: there is no such folder or file`);
  const isFolder = kind === "folder";
  const columns = { path: audio, label: text, labelled: withTexts && !isFolder, read: reading };
  const clips = await readClips(path, { ...columns, sampleRate });
  const step = stepOf(clips.sampleRate);
  const frames: Frames[] = [];
  for (const [i, name] of clips.paths.entries())
    frames.push(framesOf(where, step, range, (await clips.read(i)).samples, name));
  const texts = isFolder && withTexts ? await textsBeside(where, path, clips.paths) : clips.labels;
  return {
    source: clips.source,
    paths: clips.paths,
    frames,
    texts,
    seconds: clips.seconds,
    sampleRate: clips.sampleRate,
  };
}

/** a.wav and a.txt */
async function textsBeside(where: string, folder: string, paths: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const path of paths) {
    const file = insideFolder(folder, path.replace(/\.wav(\.gz)?$/i, ".txt"));
    check((await kindOfPath(file)) !== null, () => {
      return `${where}: ${insideFolder(folder, path)} has no text beside it: expected ${show(file)}, or a table of paths and texts`;
    });
    texts.push(await readText(file));
  }
  return texts;
}

async function readFiles(
  where: string,
  source: DataSource,
  step: AudioStep,
  range: number,
  withTexts: boolean,
): Promise<Clips> {
  const isBytes = source instanceof Uint8Array || source instanceof Blob;
  check(!withTexts && (isBytes || isTextList(source)), () => {
    return `${where}: expected the path of a table of clips and texts, or of a folder with both${withTexts ? "" : "; or paths of clips, or the bytes of one"}`;
  });
  const files: (string | Uint8Array | Blob)[] = isTextList(source) ? [...source] : [source as Uint8Array | Blob];
  const paths = files.map((file) => (typeof file === "string" ? file : "bytes"));
  const clips = [];
  for (const [i, file] of files.entries()) {
    const { samples, seconds } = await readWav(file, { sampleRate: step.sampleRate });
    clips.push({ frames: framesOf(where, step, range, samples, paths[i]!), seconds });
  }
  return {
    source: "clips",
    paths,
    frames: clips.map(({ frames }) => frames),
    texts: [],
    seconds: clips.map(({ seconds }) => seconds),
    sampleRate: step.sampleRate,
  };
}

/** Nepers of power to a decibel. */
const LN_OF_DB = Math.LN10 / 10;

/**
 * Log-mel bands whose quiet is the same for all: ln(e^y + e^(loudest − range)), so that hiss of a microphone counts as little as silence;
 * then mean 0 and deviation 1 of each band over the clip.
 */
function framesOf(where: string, step: AudioStep, range: number, samples: Float32Array, name: string): Frames {
  check(step.frames(samples.length) > 0, () => {
    return `${where}: ${name} is too short: ${samples.length} samples are less than one frame`;
  });
  const { data, shape } = step.transform(samples);
  const values = data as Float32Array;
  const floor = Math.exp(values.reduce((a, b) => Math.max(a, b), -Infinity) - range * LN_OF_DB);
  for (let i = 0; i < values.length; i++) values[i] = Math.log(Math.exp(values[i]!) + floor);
  normalizeClip(values, step.size);
  return { values, length: shape[0]!, bands: step.size };
}
