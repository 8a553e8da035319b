// Sound that never ends, for examples/spot-digits.ts: words among pauses and hiss, and what is being said at each frame.
import { ragged, type Random } from "sluice";
import type { SoundFeatures } from "sluice/streaming";

export interface Word {
  readonly label: string;
  readonly samples: Float32Array;
}

/** A string, and where its words lie in it, in seconds. */
export interface Words {
  readonly samples: Float32Array;
  readonly words: readonly { readonly label: string; readonly from: number; readonly to: number }[];
}

/** Strings of three to six words at a loudness of their own, with pauses of 0.2 to 0.9 s, over a hiss. */
export function stringsOf(words: readonly Word[], count: number, sampleRate: number, random: Random): Words[] {
  return Array.from({ length: count }, () => {
    const [gain, hiss] = [Math.exp(2 * random.uniform() - 1.5), 10 ** (-5 + 3 * random.uniform())];
    const pieces: Float32Array[] = [];
    const said: { label: string; from: number; to: number }[] = [];
    let length = 0;
    const append = (piece: Float32Array) => (pieces.push(piece), (length += piece.length) / sampleRate);
    const pause = () => append(new Float32Array(Math.round((0.2 + 0.7 * random.uniform()) * sampleRate)));
    for (let n = 3 + random.below(4); n > 0; n--) {
      const from = pause();
      const { label, samples } = words[random.below(words.length)]!;
      said.push({ label, from, to: append(samples) });
    }
    pause();
    const sound = new Float32Array(length);
    let at = 0;
    for (const piece of pieces) {
      for (const v of piece) sound[at++] = gain * v + hiss * (2 * random.uniform() - 1);
    }
    return { samples: sound.map((v) => Math.max(-1, Math.min(1, v))), words: said };
  });
}

/** Frames of all strings, and the class at each: a word from its middle to 0.1 s after its end, before and after it the first label. */
export function batchOf(strings: readonly Words[], features: SoundFeatures, labels: readonly string[]) {
  const frames = strings.map(({ samples }) => features.transform(samples));
  const classes = strings.map(({ words }, i) =>
    Int32Array.from({ length: frames[i]!.shape[0]! }, (_, t) => {
      const time = (t + 1) * features.hop;
      const word = words.find(({ from, to }) => time > (from + to) / 2 && time < to + 0.1);
      return word ? labels.indexOf(word.label) : 0;
    }),
  );
  return { x: ragged(frames), y: ragged(classes) };
}
