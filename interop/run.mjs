/**
 * `npm run interop` (build first): a row for each file that another system made, with the largest absolute difference of Sluice's
 * outputs from those that came with it. Exit code 1 where one passes its bound.
 *
 *   node interop/run.mjs keras silero   only sources whose folder holds one of the words
 */
import { existsSync } from "node:fs";
import { DATA, pathOf } from "./data.mjs";
import { charRnnRows } from "./rows/charrnn.mjs";
import { kerasJsRows } from "./rows/keras-js.mjs";
import { kerasRows } from "./rows/keras.mjs";
import { onnxRows } from "./rows/onnx.mjs";
import { sileroRows } from "./rows/silero.mjs";

const words = process.argv.slice(2);
const SOURCES = [
  { folder: "onnx-node-tests", rows: onnxRows },
  { folder: "pretrained/traffic-keras-h5", rows: kerasRows },
  { folder: "pretrained/keras-js-fixtures", rows: kerasJsRows },
  { folder: "pretrained/silero-vad", rows: sileroRows },
  { folder: "pretrained/ml5-charrnn", rows: charRnnRows },
];

/** @param {import("./data.mjs").Row} row */
function resultOf({ value, what, bound = 1e-5, atLeast = false, leftOut }) {
  if (value === undefined) return { ok: true, text: `left out: ${leftOut}` };
  const ok = atLeast ? value >= bound : value <= bound;
  const number = what === undefined ? value.toExponential(1) : `${value.toFixed(2)} ${what}`;
  return { ok, text: ok ? number : `${number}, expected ${atLeast ? "at least" : "at most"} ${bound}` };
}

/** @param {string} file @param {string} against @param {string} result */
const line = (file, against, result) => `| ${file.padEnd(62)} | ${against.padEnd(38)} | ${result}\n`;

if (!existsSync(DATA)) {
  process.stdout.write(`left out: everything, since ${pathOf("")} is not here; its files may not be passed on\n`);
  process.exit();
}
process.stdout.write(line("file", "compared with", "largest difference"));
let [done, failed] = [0, 0];
for (const { folder, rows } of SOURCES) {
  if (!existsSync(pathOf(folder))) {
    process.stdout.write(`left out: ${folder}, which is not in ${pathOf("")}\n`);
    continue;
  }
  if (words.length > 0 && !words.some((word) => folder.includes(word))) continue;
  for await (const row of rows()) {
    const { ok, text } = resultOf(row);
    process.stdout.write(line(row.file, row.against, text));
    done += row.value === undefined ? 0 : 1;
    failed += ok ? 0 : 1;
  }
}
process.stdout.write(`${done} compared, ${failed} outside of their bounds\n`);
process.exitCode = failed > 0 ? 1 : 0;
