/** Small data sets as files, drawn from the library's own generator. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { normal } from "../../src/util/normal.js";
import { Random } from "../../src/util/random.js";

/** A noisy sine by day, with a column that follows it. */
export function writePrices(folder: string, name = "prices.csv", rows = 120): void {
  const random = new Random(1);
  const lines = Array.from({ length: rows }, (_, i) => {
    const date = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
    const close = 100 + 10 * Math.sin(i / 5) + normal(random);
    return `${date},${close.toFixed(3)},${(50 + close / 2).toFixed(3)}`;
  });
  writeFileSync(join(folder, name), `date,close,volume\n${lines.join("\n")}\n`);
}

export function writeReviews(folder: string, name = "reviews.tsv", rows = 80): void {
  const random = new Random(2);
  const pick = (words: string) => words.split(" ")[random.below(words.split(" ").length)]!;
  const lines = Array.from({ length: rows }, (_, i) => {
    const [label, opinions] = i % 2 === 0 ? ["good", "great fine lovely superb"] : ["bad", "dull poor weak awful"];
    const words = Array.from({ length: 8 }, (_, k) => pick(k % 3 === 0 ? opinions! : "film plot actor story scene"));
    return `${words.join(" ")}\t${label}`;
  });
  writeFileSync(join(folder, name), `review\tlabel\n${lines.join("\n")}\n`);
}

/** English beside German: a number, a colour, a thing. */
export function writePairs(folder: string, name = "pairs.tsv"): void {
  const numbers = {
    two: "zwei",
    three: "drei",
    four: "vier",
    five: "fünf",
    six: "sechs",
    seven: "sieben",
    ten: "zehn",
  };
  const colours = { red: "rote", blue: "blaue", green: "grüne", white: "weiße" };
  const things = { houses: "Häuser", books: "Bücher", cars: "Autos" };
  const words = [numbers, colours, things].map(Object.entries<string>);
  const lines = words[0]!.flatMap(([a, x]) =>
    words[1]!.flatMap(([b, y]) => words[2]!.map(([c, z]) => `${a} ${b} ${c}.\t${x} ${y} ${z}.`)),
  );
  writeFileSync(join(folder, name), `en\tde\n${lines.join("\n")}\n`);
}

export function writeNovel(folder: string, name = "novel.txt"): void {
  const random = new Random(3);
  const words = "the quick brown fox jumps over a lazy dog and runs home".split(" ");
  const sentence = () => Array.from({ length: 8 }, () => words[random.below(words.length)]!).join(" ");
  writeFileSync(join(folder, name), Array.from({ length: 150 }, () => `${sentence()}.\n`).join(""));
}

export function writeHouses(folder: string, name = "houses.csv", rows = 80): void {
  const random = new Random(4);
  const lines = Array.from({ length: rows }, () => {
    const [rooms, age] = [normal(random) + 6, 50 + 10 * normal(random)];
    return [rooms.toFixed(3), age.toFixed(2), (5 * rooms - 0.1 * age + normal(random)).toFixed(3)].join(",");
  });
  writeFileSync(join(folder, name), `rooms,age,medv\n${lines.join("\n")}\n`);
}

/** Tones of two heights as 8 kHz WAV files, one folder for each class. */
export function writeClips(folder: string, name = "clips", count = 12): void {
  for (const [label, hertz] of Object.entries({ low: 300, high: 1200 })) {
    mkdirSync(join(folder, name, label), { recursive: true });
    for (let i = 0; i < count; i++) writeFileSync(join(folder, name, label, `${i}.wav`), tone(hertz + 10 * i, 0.3));
  }
}

function tone(hertz: number, seconds: number): Buffer {
  const [rate, count] = [8000, Math.round(seconds * 8000)];
  const file = Buffer.alloc(44 + 2 * count);
  file.write("RIFF", 0);
  file.writeUInt32LE(36 + 2 * count, 4);
  file.write("WAVEfmt ", 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(2 * rate, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write("data", 36);
  file.writeUInt32LE(2 * count, 40);
  for (let i = 0; i < count; i++) file.writeInt16LE(8000 * Math.sin((2 * Math.PI * hertz * i) / rate), 44 + 2 * i);
  return file;
}
