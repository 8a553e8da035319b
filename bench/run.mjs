/**
 * `npm run bench`: measures sluice and its peers in turn in one run.
 *
 *   --json                 one JSON object a line on standard output, nothing else
 *   --workloads W1,W4      only these
 *   --systems sluice,torch only these
 *   --reps N               repetitions of each system (9)
 *   --budget SECONDS       for one system and workload, so that slow systems get fewer repetitions (15)
 *   --quick                3 repetitions, 3 seconds
 *   --node PATH            the Node binary that sluice and the JavaScript peers run in
 *   --write                also writes the report to bench/RESULTS.md
 *   --append               also adds the report to that file, under the version of Node
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { Child } from "./child.mjs";
import { measureCold, measureInRunners, measurePair } from "./measure.mjs";
import { SYSTEMS, available, emptyProcess } from "./systems.mjs";
import { EMPTY, report } from "./table.mjs";
import { WORKLOADS } from "./workloads.mjs";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    workloads: { type: "string" },
    systems: { type: "string" },
    reps: { type: "string" },
    budget: { type: "string" },
    quick: { type: "boolean", default: false },
    node: { type: "string", default: process.execPath },
    write: { type: "boolean", default: false },
    append: { type: "boolean", default: false },
  },
});

/** @param {string} option @param {string | undefined} list @param {string[]} known */
function chosen(option, list, known) {
  if (list === undefined) return known;
  const names = list.split(",");
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--${option}: no ${unknown.join(", ")}; there are ${known.join(", ")}`);
  return known.filter((name) => names.includes(name));
}

const settings = {
  reps: Number(options.reps ?? (options.quick ? 3 : 9)),
  budgetMs: Number(options.budget ?? (options.quick ? 3 : 15)) * 1000,
  minimumMs: 100,
};
const workloads = chosen("workloads", options.workloads, Object.keys(WORKLOADS));
const nodeVersion = spawnSync(options.node, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout.trim();
const nodeMajor = Number(nodeVersion.split(".")[0]);
const systems = chosen("systems", options.systems, Object.keys(SYSTEMS));
const { commands, leftOut } = available(systems, options.node, nodeMajor);

/** @type {Map<string, Set<string>>} what a system could not do, and the workloads that it concerns */
const remarks = new Map();
/** @type {import("./measure.mjs").Note} */
function note(system, workload, text) {
  const key = `${system}: ${text}`;
  remarks.set(key, (remarks.get(key) ?? new Set()).add(workload));
}

/** @param {string} text */
const progress = (text) => process.stderr.write(`${text}\n`);

/** @type {import("./measure.mjs").Row[]} */
const rows = [];
/** @param {import("./measure.mjs").Row[]} measured */
function take(measured) {
  rows.push(...measured);
  if (options.json) for (const row of measured) process.stdout.write(JSON.stringify(row) + "\n");
}

for (const line of leftOut) progress(`left out: ${line}`);
/** @type {Map<string, Child>} */
const children = new Map();
const versions = [];
for (const [system, { runner }] of commands) {
  const child = new Child(runner, SYSTEMS[system].env);
  const { error, versions: own, notes } = await child.ask({ info: true });
  if (error !== undefined) {
    leftOut.push(`${system}: does not start: ${error.match(/^.*Error\b.*$/m)?.[0] ?? error}`);
    progress(`left out: ${leftOut.at(-1)}`);
    continue;
  }
  versions.push(...Object.entries(own).map(([name, version]) => `${name} ${version}`), ...(notes ?? []));
  children.set(system, child);
}

for (const workload of workloads) {
  progress(`${workload}: ${WORKLOADS[workload].what}`);
  const both = children.get("sluice-2t");
  if (WORKLOADS[workload].pairOf !== undefined) {
    if (both === undefined || !commands.has("sluice")) continue;
    const pair = [1, 2].map(() => new Child(/** @type {any} */ (commands.get("sluice")).runner));
    take(await measurePair(workload, both, pair, settings, note));
    for (const child of pair) await child.close();
  } else if (WORKLOADS[workload].spec === undefined) {
    const started = [...commands].filter(([system, { cold }]) => children.has(system) && cold.length > 0);
    const programs = started.map(([system, { cold }]) => /** @type {[string, string[]]} */ ([system, cold]));
    take(await measureCold(new Map([[EMPTY, emptyProcess(options.node)], ...programs]), settings, note));
  } else {
    take(await measureInRunners(workload, children, settings, note));
  }
}
for (const child of children.values()) await child.close();

const notes = [
  `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC; ${cpus().length} × ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; ${process.platform} ${process.arch}; Node ${nodeVersion}.`,
  `Versions: ${[...new Set(versions)].join(", ")}.`,
  `Repetitions interleaved, ${settings.reps} of each system, fewer where they would take more than ${settings.budgetMs / 1000} s; each lasts at least ${settings.minimumMs} ms. Warm-up: three runs and half a second, or five seconds, whichever comes first. Differences under 30 % are ties.`,
  ...[...remarks].map(([remark, where]) => `${remark} (${[...where].join(", ")})`),
  ...leftOut.map((line) => `left out: ${line}`),
];
const text = report(rows, workloads, notes, nodeMajor);
if (!options.json) process.stdout.write(text);
else for (const line of notes) progress(line);
const results = new URL("RESULTS.md", import.meta.url);
if (options.write) writeFileSync(results, `# Results of \`npm run bench\`\n\n${text}`);
if (options.append) appendFileSync(results, `\n# Node ${nodeVersion}\n\n${text}`);
