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

/**
 * The result of a job, or null where it failed, which is told and does not stop the others.
 * @param {Plan} plan @param {string[]} args of child.mjs @returns {Promise<any>}
 */
async function job({ cpu }, ...args) {
  const node = [process.execPath, CHILD, ...args];
  const [file, ...rest] = pins ? ["taskset", "-c", cpu, ...node] : node;
  try {
    const { stdout } = await promisify(execFile)(file, rest, { maxBuffer: 2 ** 26 });
    return JSON.parse(stdout.trim().split("\n").at(-1));
  } catch (error) {
    const text = /** @type {{ stderr?: string, message: string }} */ (error).stderr || error.message;
    process.stderr.write(`FAILED: ${args.join(" ")}: ${text.match(/^.*Error\b.*$/m)?.[0] ?? text}\n`);
    process.exitCode = 1;
    return null;
  }
}

/** @param {Row} row @param {Plan} plan @param {ReturnType<typeof import("./results.mjs").openResults>} results */
export async function measureRow(row, plan, results) {
  const { seeds, torchSeeds, columns, python, fresh } = plan;
  if (fresh || results.of(row).baselines === undefined) {
    const baselines = await job(plan, row.id, "baselines");
    if (baselines) results.change(row, (result) => (result.baselines = baselines));
  }
  /** @type {[system: "sluice" | "torch" | "defaults", seeds: number[]][]} */
  const work = [
    ["sluice", columns.includes("recipe") ? seeds : []],
    ["torch", columns.includes("recipe") ? torchSeeds : []],
    ["defaults", columns.includes("defaults") && row.defaults ? seeds.slice(0, 3) : []],
  ];
  for (const [system, list] of work) {
    for (const seed of list) {
      if (!fresh && results.of(row)[system][seed] !== undefined) continue;
      const trained = await job(plan, row.id, system, String(seed), ...(python ? [python] : []));
      if (trained === null) continue;
      results.change(row, (result) => (result[system][seed] = trained));
      const values = JSON.stringify(trained.values);
      process.stderr.write(`${row.id}: ${system}, seed ${seed}: ${values} in ${trained.seconds.toFixed(1)} s\n`);
    }
  }
}
