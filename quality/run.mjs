/**
 * `npm run quality`: trains the rows one after another and prints them beside their baselines and PyTorch.
 *
 *   node quality/run.mjs boston sine   only these rows
 *   --seeds 0,1,2        seeds of every row (0 to 9 where a training takes a few seconds, else 0, 1, 2)
 *   --torch              also trains with PyTorch here, on the same core: rows of a few seconds by the same seeds, the others by one
 *   --torch-seeds 0,1,2  the same by these seeds
 *   --columns recipe     only this column of recipe,defaults
 *   --cpu 1              the processor that everything runs on (0); without taskset wherever it comes to run
 *   --fresh              measures again what the file of results already holds
 *   --json FILE          the file of results (quality/results.json); it is written after each job, so that a run can be stopped and
 *                        goes on where it was
 *   --write              also writes docs/quality.md and docs/zh-CN/quality.md
 *   --show               only prints, and with --write writes, what there is
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeDocuments } from "./document.mjs";
import { DATA } from "./files.mjs";
import { measureRow } from "./measure.mjs";
import { ROWS } from "./recipes/index.mjs";
import { openResults } from "./results.mjs";
import { heading, linesOf } from "./table.mjs";
import { findTorch } from "./torch.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string" },
    torch: { type: "boolean", default: false },
    "torch-seeds": { type: "string" },
    columns: { type: "string", default: "recipe,defaults" },
    cpu: { type: "string", default: "0" },
    fresh: { type: "boolean", default: false },
    json: { type: "string", default: fileURLToPath(new URL("results.json", import.meta.url)) },
    write: { type: "boolean", default: false },
    show: { type: "boolean", default: false },
  },
});

/** @param {string} what @param {string[]} given @param {string[]} known */
function checkKnown(what, given, known) {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no ${what} ${unknown.join(", ")}; there are ${known.join(", ")}`);
  return given;
}

/** @param {string | undefined} list @returns {number[] | undefined} */
function seedsOf(list) {
  const seeds = list?.split(",").map(Number);
  if (seeds?.some((seed) => !Number.isInteger(seed) || seed < 0))
    throw new Error(`seeds must be whole numbers, got ${list}`);
  return seeds;
}

const ids = checkKnown("row", positionals, ROWS.map((row) => row.id)); // prettier-ignore
const columns = checkKnown("column", options.columns.split(","), ["recipe", "defaults"]);
const rows = ROWS.filter((row) => ids.length === 0 || ids.includes(row.id));
const results = openResults(options.json);

const wantsTorch = options.torch || options["torch-seeds"] !== undefined;
const python = wantsTorch ? findTorch() : undefined;
if (wantsTorch && python === undefined)
  process.stderr.write("left out: PyTorch, which neither SLUICE_PYTHON nor /usr/bin/python3 has\n");
if (!existsSync(DATA)) {
  process.stderr.write(
    `left out: everything, since ${fileURLToPath(DATA)} is not here; its files may not be passed on\n`,
  );
  process.exit(1);
}

process.stdout.write(heading());
for (const row of rows) {
  const own = Array.from({ length: row.seeds ?? 3 }, (_, seed) => seed);
  const plan = {
    seeds: seedsOf(options.seeds) ?? own,
    torchSeeds: python ? (seedsOf(options["torch-seeds"]) ?? (row.seeds ? own : [0])) : [],
    columns,
    python,
    cpu: options.cpu,
    fresh: options.fresh,
  };
  if (!options.show) await measureRow(row, plan, results);
  process.stdout.write(linesOf(row, results.of(row)));
}
if (options.write) await writeDocuments(results);
