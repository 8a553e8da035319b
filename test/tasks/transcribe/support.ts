/** Strings of tones as clips: "low", "mid" and "high" beeps, each a symbol, with short pauses. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../../src/util/random.js";

const RATE = 4000;
const PITCH = { a: 350, b: 800, c: 1500 } as const;

function wav(samples: readonly number[]): Buffer {
  const file = Buffer.alloc(44 + 2 * samples.length);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + 2 * samples.length, 4);
  file.write("WAVEfmt ", 8);
  for (const [at, value] of [[16, 16], [24, RATE], [28, 2 * RATE], [40, 2 * samples.length]] as const) file.writeUInt32LE(value, at); // prettier-ignore
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]] as const) file.writeUInt16LE(value, at); // prettier-ignore
  file.write("data", 36);
  samples.forEach((x, i) => file.writeInt16LE(Math.round(12_000 * x), 44 + 2 * i));
  return file;
}

export function beeps(text: string, random: Random): Buffer {
  const samples: number[] = [];
  const silence = () => {
    for (let n = Math.round(RATE * (0.06 + 0.04 * random.uniform())); n > 0; n--) samples.push(0.01 * random.uniform());
  };
  silence();
  for (const symbol of text.replaceAll(" ", "")) {
    const length = Math.round(RATE * (0.08 + 0.05 * random.uniform()));
    const pitch = PITCH[symbol as keyof typeof PITCH] * (0.95 + 0.1 * random.uniform());
    for (let i = 0; i < length; i++) samples.push(Math.sin((2 * Math.PI * pitch * i) / RATE) + 0.01 * random.uniform());
    silence();
  }
  return wav(samples);
}

/** Clips of 1 to 4 beeps and a table of them. */
export function writeBeeps(folder: string, count: number, seed = 1): { table: string; texts: string[] } {
  const random = new Random(seed);
  mkdirSync(join(folder, "clips"), { recursive: true });
  const texts = Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(4) }, () => "abc"[random.below(3)]).join(""),
  );
  for (const [i, text] of texts.entries()) writeFileSync(join(folder, "clips", `${i}.wav`), beeps(text, random));
  const table = join(folder, "clips.csv");
  writeFileSync(
    table,
    `path,sentence\n${texts.map((text, i) => `clips/${i}.wav,${text.toUpperCase()}!`).join("\n")}\n`,
  );
  return { table, texts };
}
