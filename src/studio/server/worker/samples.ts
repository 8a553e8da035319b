/** Samples of the data that a run was trained on, and what a request gives instead of them. */
import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { relative, sep } from "node:path";
import { readWav } from "../../../data/audio/read-wav.js";
import type { DataSource, Table } from "../../../data/index.js";
import { DEFAULT_LIMITS, type Limits } from "../../../server/limits.js";
import { taskInput } from "../../../server/predict/task-input.js";
import { rawSamples, type RawSample } from "../../../tasks/inspect/raw-samples.js";
import type { Signature, View } from "../../../tasks/view.js";
import { sampleOf } from "../../../tasks/views/named.js";
import { check, show, SluiceError } from "../../../util/errors.js";
import type { InsideInput, SampleInfo, SamplesReply } from "../../api/index.js";
import type { Given, RunPlace } from "./methods.js";
import { onceOfData, openModel, type Opened } from "./models.js";

/** Pictures of longer ones nobody could read, and the page would have to hold them. */
const LIMITS: Limits = { ...DEFAULT_LIMITS, maxLength: 5000 };
const MOST_SAMPLES = 200;
const LONGEST_TEXT = 2000;

/** One sample as the network sees it, and how to ask for its answer. */
export interface Seen {
  /** Of one sample. */
  readonly view: View;
  /** What `predict` takes; null where the sample is known as the network sees it only. */
  readonly source: DataSource | null;
  /** The bytes of a WAV file. */
  readonly clip: Uint8Array | null;
}

export async function samples({ run: place, from, count }: Given<"samples">): Promise<SamplesReply> {
  const opened = await openModel(place);
  if ("problem" in place.data) return { count: 0, from, samples: [], source: null, problem: place.data.problem };
  const source = place.data.path
    .slice(place.root.length + 1)
    .split(sep)
    .join("/");
  try {
    const known = await knownSamples(opened, place);
    const asked = known.slice(from, from + count).map((sample, i) => infoOf(sample, from + i));
    return { count: known.length, from, samples: asked, source, problem: null };
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return { count: 0, from, samples: [], source, problem: error.message };
  }
}

function infoOf(sample: Known, index: number): SampleInfo {
  if ("view" in sample) return { index, reference: sample.reference };
  const { reference, text, rows, clip } = sample;
  return {
    index,
    reference,
    ...(text !== undefined && { text: text.slice(0, LONGEST_TEXT) }),
    ...(rows !== undefined && { rows }),
    ...(clip !== undefined && { seconds: secondsOf(clip) }),
  };
}

const WAV_HEADER = 44;

/** As the header says; 0 where it stands elsewhere in the file. */
function secondsOf(path: string): number {
  const head = Buffer.alloc(WAV_HEADER);
  const file = openSync(path, "r");
  const read = readSync(file, head, 0, WAV_HEADER, 0);
  closeSync(file);
  const bytesASecond = read === WAV_HEADER && head.toString("latin1", 0, 4) === "RIFF" ? head.readUInt32LE(28) : 0;
  return bytesASecond > 0 ? (statSync(path).size - WAV_HEADER) / bytesASecond : 0;
}

type Known = RawSample | { readonly reference: RawSample["reference"]; readonly view: View };

function knownSamples(opened: Opened, place: RunPlace): Promise<readonly Known[]> {
  return onceOfData(opened, place, "samples", async (source) => {
    const { pipeline, signature, model } = opened.run;
    const raw = await rawSamples(pipeline, signature, source, place.config);
    if (raw) return raw.filter(({ clip }) => clip === undefined || isInside(place.root, clip)).slice(0, MOST_SAMPLES);
    const view = await pipeline.view(model, source);
    return view.references.slice(0, MOST_SAMPLES).map((reference, i) => ({ reference, view: sampleOf(view, i) }));
  });
}

function isInside(root: string, path: string): boolean {
  try {
    return !relative(realpathSync(root), realpathSync(path)).startsWith("..");
  } catch {
    return false;
  }
}

/** What a request gives, as the network sees it. @throws SluiceError, or a problem with status 422, where it does not fit */
export async function seen(opened: Opened, place: RunPlace, input: InsideInput): Promise<Seen> {
  const given = Object.keys(input).filter((name) => input[name as keyof InsideInput] !== undefined);
  check(given.length === 1, () => `expected one of text, rows, sample or audio, got ${given.join(" and ") || "none"}`);
  if (input.sample === undefined) return seenRaw(opened, input);
  const known = await knownSamples(opened, place);
  const sample = known[input.sample];
  check(sample !== undefined, () => `there are samples 0 to ${known.length - 1}, got ${String(input.sample)}`);
  return seenKnown(opened, sample);
}

/** The first samples of the run's data; none where the data are not there. */
export async function firstSeen(opened: Opened, place: RunPlace, count: number): Promise<View[]> {
  if ("problem" in place.data) return [];
  const known = (await knownSamples(opened, place)).slice(0, count);
  const views: View[] = [];
  for (const sample of known) views.push((await seenKnown(opened, sample)).view);
  return views;
}

async function seenKnown(opened: Opened, sample: Known): Promise<Seen> {
  if ("view" in sample) return { view: sample.view, source: null, clip: null };
  if (sample.clip === undefined) return seenRaw(opened, sample);
  const clip = Uint8Array.from(readFileSync(sample.clip));
  return { view: await viewed(opened, clip), source: clip, clip };
}

async function seenRaw(opened: Opened, raw: Pick<InsideInput, "text" | "rows" | "audio">): Promise<Seen> {
  const source = sourceOf(opened.run.signature, raw);
  return { view: await viewed(opened, source), source, clip: source instanceof Uint8Array ? source : null };
}

function sourceOf(
  signature: Signature,
  { text, rows, audio }: Pick<InsideInput, "text" | "rows" | "audio">,
): DataSource {
  if (text !== undefined) return textTable(signature, text);
  const body = rows === undefined ? { audio: [audio] } : { rows };
  return taskInput(signature, body as unknown as Parameters<typeof taskInput>[1], LIMITS).sources[0]!;
}

/** A prompt too, which requests for predictions do not take. */
function textTable({ sample, inputs }: Signature, text: unknown): Table {
  check(sample === "text", () => "the model takes no text");
  check(typeof text === "string" && text !== "", () => `expected a text, got ${show(text)}`);
  check(text.length <= LIMITS.maxLength, () => `a text may have ${LIMITS.maxLength} characters, got ${text.length}`);
  const columns = [{ name: inputs[0]!.name, type: "text", values: [text] }] as const;
  return { source: "text", length: 1, columns, placeOf: () => "text" };
}

async function viewed({ run: { pipeline, model } }: Opened, source: DataSource): Promise<View> {
  return sampleOf(await pipeline.view(model, source), 0);
}

/** To be played. */
export async function pcmOf(clip: Uint8Array): Promise<{ pcm: string; sampleRate: number }> {
  const { samples, sampleRate } = await readWav(clip, { name: "clip" });
  const pcm = Buffer.alloc(2 * samples.length);
  for (const [i, value] of samples.entries())
    pcm.writeInt16LE(Math.round(Math.max(-1, Math.min(1, value)) * 32767), 2 * i);
  return { pcm: pcm.toString("base64"), sampleRate };
}
