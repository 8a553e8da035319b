import { readClips, readWav, type AudioStep, type DataSource, type ReadOptions } from "../../data/index.js";
import { check } from "../../util/errors.js";
import { pathOf } from "../source-name.js";
import type { Samples } from "./samples.js";
import type { Sequence } from "./sequence.js";
import { isTextList } from "./text-reader.js";

/** From samples at its rate to features; made when the rate is known. */
export type StepOf = (sampleRate: number) => AudioStep;

/**
 * Recordings as features of their frames: a folder with one folder a class, or a table of path and label; to predict also a single
 * WAV file, its bytes, or a list of paths.
 * @param sampleRate what clips are resampled to; undefined for the rate that most have
 * @param labelled whether labels are needed
 */
export async function readAudio(
  where: string,
  source: DataSource,
  {
    sampleRate,
    label,
    stepOf,
  }: { readonly sampleRate: number | undefined; readonly label: string; readonly stepOf: StepOf },
  labelled: boolean,
  reading: ReadOptions,
): Promise<Samples<Sequence>> {
  const path = pathOf(source);
  if (path === null) return readFiles(where, source, () => stepOf(sampleRate!), labelled);
  const clips = await readClips(path, { sampleRate, label, labelled, read: reading });
  const step = stepOf(clips.sampleRate);
  const items: Sequence[] = [];
  for (const [i, name] of clips.paths.entries())
    items.push(featuresOf(where, step, (await clips.read(i)).samples, name));
  return {
    source: clips.source,
    items,
    labels: clips.paths.map((_, i) => (labelled ? clips.labels[i]! : null)),
    references: clips.paths.map((name) => ({ path: name })),
    placeOf: (i) => clips.paths[i]!,
    sampleRate: clips.sampleRate,
  };
}

/** Without labels: files by their paths, or one in memory. */
async function readFiles(
  where: string,
  source: DataSource,
  makeStep: () => AudioStep,
  labelled: boolean,
): Promise<Samples<Sequence>> {
  const isBytes = source instanceof Uint8Array || source instanceof Blob;
  check(!labelled && (isBytes || isTextList(source)), () => {
    return `${where}: expected the path of a folder with one folder a class, or of a table of path and label`;
  });
  const step = makeStep();
  const files: (string | Uint8Array | Blob)[] = isTextList(source) ? [...source] : [source as Uint8Array | Blob];
  const names = files.map((file) => (typeof file === "string" ? file : "bytes"));
  const items: Sequence[] = [];
  for (const [i, file] of files.entries()) {
    const { samples } = await readWav(file, { sampleRate: step.sampleRate });
    items.push(featuresOf(where, step, samples, names[i]!));
  }
  const references = names.map((name) => ({ path: name }));
  return { source: "clips", items, labels: items.map(() => null), references, placeOf: (i) => names[i]! };
}

function featuresOf(where: string, step: AudioStep, samples: Float32Array, name: string): Sequence {
  check(step.frames(samples.length) > 0, () => {
    return `${where}: ${name} is too short: ${samples.length} samples are less than one frame`;
  });
  const { data, shape } = step.transform(samples);
  return { values: data, length: shape[0]!, D: step.size };
}
