/** All jobs of a row, each in a process of its own on one processor, those left out that are measured already. */
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/**
 * @typedef {object} Plan
 * @property {number[]} seeds @property {number[]} torchSeeds @property {string[]} columns @property {string} [python]
 * @property {string} cpu @property {boolean} fresh
 * @typedef {import("./recipes/index.mjs").Row} Row
 */

const CHILD = fileURLToPath(new URL("child.mjs", import.meta.url));
const pins = spawnSync("taskset", ["--version"]).status === 0;

/** @param {Plan} plan @param {string[]} args @returns {Promise<any>} */
async function job({ cpu }, ...args) {
  const node = [process.execPath, CHILD, ...args];
  const [file, ...rest] = pins ? ["taskset", "-c", cpu, ...node] : node;
  const { stdout } = await promisify(execFile)(file, rest, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/** @param {Row} row @param {Plan} plan @param {ReturnType<typeof import("./results.mjs").openResults>} results */
export async function measureRow(row, plan, results) {
  const { seeds, torchSeeds, columns, python, fresh } = plan;
  const say = (/** @type {string} */ what) => process.stderr.write(`${row.id}: ${what}\n`);
  if (fresh || results.of(row).baselines === undefined) {
    const baselines = await job(plan, row.id, "baselines");
    results.change(row, (result) => (result.baselines = baselines));
  }
  /** @type {[system: "sluice" | "torch" | "defaults", seeds: number[]][]} */
  const work = [
    ["sluice", columns.includes("recipe") ? seeds : []],
    ["torch", columns.includes("recipe") ? torchSeeds : []],
    ["defaults", columns.includes("defaults") && row.defaults ? seeds : []],
  ];
  for (const [system, list] of work) {
    for (const seed of list) {
      if (!fresh && results.of(row)[system][seed] !== undefined) continue;
      const trained = await job(plan, row.id, system, String(seed), ...(python ? [python] : []));
      results.change(row, (result) => (result[system][seed] = trained));
      say(`${system}, seed ${seed}: ${JSON.stringify(trained.values)} in ${trained.seconds.toFixed(1)} s`);
    }
  }
}
