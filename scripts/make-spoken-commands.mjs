// Makes the recordings of examples/data/spoken-commands and spoken-digits with espeak-ng: synthetic speech, 8 kHz, 16 bits, mono,
// silence at both ends cut off. `npm run build && node scripts/make-spoken-commands.mjs`; needs espeak-ng.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readWav } from "../dist/data/index.js";

const data = join(dirname(dirname(fileURLToPath(import.meta.url))), "examples/data");
const WORDS = {
  "spoken-commands": ["yes", "no", "up", "down", "left", "right"],
  "spoken-digits": ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
};
/** Accents and variants of espeak-ng 1.51; "en-gb" takes no variant, all sound the same. */
const VOICES = [
  "en-029+f3",
  "en-gb",
  "en-gb-scotland+m7",
  "en-gb-x-gbcwmd+m2",
  "en-gb-x-rp+f1",
  "en-us+f2",
  "en-us+m1",
];
/** Words a minute. */
const SPEEDS = [140, 190];
const RATE = 8000;
/** Quieter than −40 dB of full scale is silence; of it, 20 ms are left at each end. */
const SILENCE = 0.01;
const MARGIN = 0.02 * RATE;

function trimmed(samples) {
  const loud = (v) => Math.abs(v) > SILENCE;
  return samples.subarray(Math.max(0, samples.findIndex(loud) - MARGIN), samples.findLastIndex(loud) + MARGIN);
}

function wavFile(samples) {
  const data = Buffer.alloc(2 * samples.length);
  samples.forEach((v, i) => data.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(v * 32768))), 2 * i));
  const header = Buffer.alloc(44);
  header.write("RIFF");
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // one channel
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(2 * RATE, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

for (const [folder, words] of Object.entries(WORDS)) {
  for (const word of words) {
    mkdirSync(join(data, folder, word), { recursive: true });
    for (const voice of VOICES) {
      for (const speed of SPEEDS) {
        const spoken = execFileSync("espeak-ng", ["-v", voice, "-s", String(speed), "--stdout", word]);
        const { samples } = await readWav(spoken, { sampleRate: RATE });
        const file = join(data, folder, word, `${voice.replace("+", "-")}_${speed}.wav`);
        writeFileSync(file, wavFile(trimmed(samples)));
      }
    }
  }
}
