// Strings of spoken words in one voice each, for examples/transcribe.ts.
import type { Random } from "sluice";
import { padSequences, type AudioStep, type readClips } from "sluice/data";

/** Stands for no frame: features of deviation 1 never come near it. */
export const FILLING = -100;

export interface Speech {
  readonly clips: Pick<Awaited<ReturnType<typeof readClips>>, "labels" | "classes">;
  readonly samples: readonly Float32Array[];
  /** By clip, who speaks. */
  readonly voices: readonly string[];
  readonly hear: AudioStep;
}

/** Two to four words of one of the voices, with silences of up to 0.1 s before each and after the last: frames, classes and texts. */
export function stringsOf(
  { clips, samples, voices, hear }: Speech,
  count: number,
  among: readonly string[],
  random: Random,
) {
  const drawn = Array.from({ length: count }, () => {
    const voice = among[random.below(among.length)]!;
    const own = voices.flatMap((name, i) => (name === voice ? [i] : []));
    const words = Array.from({ length: 2 + random.below(3) }, () => own[random.below(own.length)]!);
    const silence = () => new Float32Array(random.below(800));
    const sound = Float32Array.from(words.flatMap((i) => [...silence(), ...samples[i]!]).concat(...silence()));
    return { frames: hear.transform(sound).toArray() as number[][], words: words.map((i) => clips.labels[i]!) };
  });
  // Class 0 is CTC's blank; a text ends where its padding begins.
  const classes = drawn.map(({ words }) => words.map((word) => 1 + clips.classes.indexOf(word)));
  const frames = drawn.map((one) => one.frames);
  return {
    x: padSequences(frames, { padding: "post", value: FILLING, dtype: "float32" }),
    y: padSequences(classes, { padding: "post", value: -1 }),
    texts: drawn.map(({ words }) => words.join(" ")),
  };
}
