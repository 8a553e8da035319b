// English to Chinese: the sentence pairs of tatoeba.org (eng-cmn.txt, 23,610 of them), split by English sentence, seeded: 85 % train, 5 % choose the
// epoch, 10 % are the test part, where all Chinese sentences of an English one count as references. Words and Chinese characters; BLEU by
// sacreBLEU's zh tokens and chrF2, beside copying the source and the translation of the most similar sentence of the training part.
//
//     node quality/weak/translation.mjs [--epochs 12] [--units 256] [--embedding 128] [--batch 64] [--dropout 0.3] [--rate 0.002] [--seed 1] [--quick]
//
// Needs the data folder ../shared/data (or SLUICE_DATA), whose files may not be passed on.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setThreads } from "sluice";
import { translate } from "sluice/tasks";

const { values: given } = parseArgs({
  options: Object.fromEntries([
    ...Object.entries({ epochs: "12", units: "256", embedding: "128", batch: "64", dropout: "0.3", rate: "0.002", seed: "1", runs: "" })
      .map(([name, value]) => [name, { type: "string", default: value }]),
    ["quick", { type: "boolean", default: false }],
  ]),
}); // prettier-ignore
const number = (/** @type {string} */ name) => Number(given[name]);

setThreads(1);
const folder = String(given.runs) || mkdtempSync(join(tmpdir(), "sluice-translation-"));
const source = process.env["SLUICE_DATA"] ?? join(import.meta.dirname, "../../../shared/data");
const lines = readFileSync(join(source, "translation/eng-cmn.txt"), "utf8").trimEnd().split("\n");
const data = join(folder, "eng-cmn.tsv");
writeFileSync(data, (given.quick ? lines.filter((_, i) => i % 20 === 0) : lines).join("\n"));
const begin = performance.now();
const processor = () => (process.cpuUsage().user + process.cpuUsage().system) / 60e6;
const run = await translate.train(
  data,
  {
    source: "1",
    target: "2",
    units: given.quick ? 48 : number("units"),
    embedding: given.quick ? 32 : number("embedding"),
    epochs: given.quick ? 3 : number("epochs"),
    batchSize: number("batch"),
    dropout: number("dropout"),
    learningRate: number("rate"),
    seed: number("seed"),
    name: "eng-cmn",
    runs: folder,
  },
  { verbose: 2, warn: console.log },
);
const minutes = (performance.now() - begin) / 60_000;
const { entries, count, pictures } = run.evaluation ?? { entries: [], count: 0, pictures: [] };
console.log(`\n${count} sentences of the test part, seed ${given.seed}, 1 thread, ${minutes.toFixed(1)} minutes, ${processor().toFixed(1)} of the processor`); // prettier-ignore
console.log("                                BLEU   chrF2   chrF++   tokens wrong   sentences wrong");
for (const { name, values } of entries) {
  const { bleu = NaN, chrf = NaN, chrfPlusPlus = NaN, tokenErrorRate = NaN, sentenceErrorRate = NaN } = values;
  const cells = [bleu, chrf, chrfPlusPlus, 100 * tokenErrorRate, 100 * sentenceErrorRate].map((value) => value.toFixed(2).padStart(8)); // prettier-ignore
  console.log(`${name.padEnd(28)}${cells.join(" ")}`);
}
const [samples] = pictures;
if (samples?.kind === "samples") for (const { title, text } of samples.samples) console.log(`\n${title}\n${text}`);
console.log(`\nreport: ${join(run.folder ?? "", "report.html")}`);
