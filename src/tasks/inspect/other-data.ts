/** Facts of data that are no tables: texts, folders of clips, sequences of the UCR/UEA archive. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readWav } from "../../data/audio/read-wav.js";
import { decodeText } from "../../data/readers/decode.js";
import { openSource } from "../../data/readers/source.js";
import { readTs } from "../../data/readers/ts.js";
import { check, SluiceError } from "../../util/errors.js";
import { countClasses, spreadOf, type ClipFacts, type SequenceFacts, type TextFacts } from "./facts.js";

const CLIP = /\.wav(\.gz)?$/i;
/** Clips that are read to know how long they are. */
const SAMPLE = 200;

export async function inspectText(path: string, encoding?: string): Promise<TextFacts> {
  const opened = openSource("inspect", path);
  const different = new Set<string>();
  let [characters, words, lines] = [0, 0, 0];
  let inWord = false;
  for await (const piece of decodeText("inspect", opened.name, opened.bytes(), encoding)) {
    for (const character of piece) {
      characters++;
      different.add(character);
      if (character === "\n") lines++;
      const isSpace = /\s/.test(character);
      if (!isSpace && !inWord) words++;
      inWord = !isSpace;
    }
  }
  check(characters > 0, () => `inspect: ${opened.name} is empty`);
  const facts = {
    kind: "text",
    source: opened.name,
    characters,
    distinctCharacters: different.size,
    words,
    lines,
  } as const;
  const why = `A text of ${characters.toLocaleString("en-US")} characters, ${different.size} of them different.`;
  return { ...facts, proposals: [{ task: "generate", options: { level: "char" }, why }] };
}

export async function inspectClips(folder: string): Promise<ClipFacts> {
  const clips: { path: string; label: string }[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  const spoken = entries.filter(({ name }) => CLIP.test(name));
  const texts = new Set(entries.map(({ name }) => name));
  const told = spoken.filter(({ name }) => texts.has(name.replace(CLIP, ".txt"))).length;
  if (told > 0) clips.push(...spoken.map(({ name }) => ({ path: join(folder, name), label: "" })));
  for (const entry of entries) {
    if (!entry.isDirectory() || told > 0) continue;
    const names = (await readdir(join(folder, entry.name))).filter((name) => CLIP.test(name)).sort();
    for (const name of names) clips.push({ path: join(folder, entry.name, name), label: entry.name });
  }
  check(clips.length > 0, () => {
    return `inspect: ${folder} holds no clips: expected one folder for each class, with WAV files in it, or WAV files with texts of their names`;
  });
  const stride = Math.max(1, Math.floor(clips.length / SAMPLE));
  const sample = clips.filter((_, i) => i % stride === 0).slice(0, SAMPLE);
  const { seconds, rates, problems } = await listen(sample.map(({ path }) => path));
  const classes = told > 0 ? [] : countClasses(clips.map(({ label }) => label));
  const transcripts = {
    task: "transcribe",
    options: {},
    why: `${told} clips have a text of their name beside them.`,
  } as const;
  const why = `Clips in ${classes.length} folders, one for each class.`;
  return {
    kind: "clips",
    source: folder,
    clips: clips.length,
    classes,
    seconds: spreadOf(seconds),
    sampleRates: [...rates].sort((a, b) => a - b),
    lookedInto: sample.length,
    problems,
    proposals:
      told > 0 ? [transcripts] : classes.length > 1 ? [{ task: "classify", options: { audio: true }, why }] : [],
  };
}

async function listen(
  paths: readonly string[],
): Promise<{ seconds: number[]; rates: Set<number>; problems: string[] }> {
  const [seconds, rates, problems] = [[] as number[], new Set<number>(), [] as string[]];
  for (const path of paths) {
    try {
      const clip = await readWav(path, { name: path });
      seconds.push(clip.seconds);
      rates.add(clip.sampleRate);
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      problems.push(error.message);
    }
  }
  return { seconds, rates, problems };
}

export async function inspectSequences(path: string): Promise<SequenceFacts> {
  const { series, dimensions, labels, targets } = await readTs(path);
  const missing = series.reduce(
    (sum, { values }) => sum + values.reduce((n, v) => n + (Number.isNaN(v) ? 1 : 0), 0),
    0,
  );
  const classes = countClasses(labels);
  const proposal =
    classes.length > 1
      ? ({ task: "classify", options: {}, why: `Sequences of ${classes.length} classes.` } as const)
      : ({ task: "regress", options: {}, why: "Sequences with a number each." } as const);
  return {
    kind: "sequences",
    source: path,
    sequences: series.length,
    dimensions,
    lengths: spreadOf(series.map(({ length }) => length)),
    missing,
    classes,
    proposals: classes.length > 1 || targets.length > 0 ? [proposal] : [],
  };
}
