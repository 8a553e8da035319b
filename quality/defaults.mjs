/** The column "our defaults": what a task of sluice/tasks chooses by itself, on the row's own files. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timed } from "./network.mjs";

/**
 * @typedef {import("./recipes/index.mjs").Values} Values
 *
 * @typedef {object} Defaults how a row is given to a task
 * @property {"forecast" | "classify" | "generate" | "regress"} task
 * @property {Record<string, string>} values the task's names for the row's metrics
 * @property {(folder: string) => Promise<{ source: string, options: object }>} prepare writes files that the task takes into the folder, or
 *   names those of the data; options say what is what and which part tests, nothing of the network
 *
 * @typedef {object} DefaultsResult
 * @property {Values} values the network's @property {{ name: string, kind: string, values: Values }[]} rivals the task's own baselines
 * @property {number} count samples of the test part @property {number} seconds @property {number} wall
 */

/** @param {import("./recipes/index.mjs").Row} row @param {number} seed @returns {Promise<DefaultsResult>} */
export async function trainDefaults(row, seed) {
  const { task, values: names, prepare } = /** @type {Defaults} */ (row.defaults);
  const tasks = await import("sluice/tasks");
  const folder = mkdtempSync(join(tmpdir(), "sluice-quality-"));
  try {
    mkdirSync(join(folder, "data"));
    const { source, options } = await prepare(join(folder, "data"));
    const hooks = { verbose: 0, report: false, warn: () => {} };
    let run;
    const times = await timed(async () => {
      run = await tasks[task].train(source, { ...options, seed, runs: join(folder, "runs") }, hooks);
    });
    const { entries, count } = run.evaluation;
    const renamed = (values) => Object.fromEntries(Object.entries(names).map(([name, own]) => [name, values[own]]));
    const [network, ...rivals] = entries.map(({ name, kind, values }) => ({ name, kind, values: renamed(values) }));
    return { values: network.values, rivals, count, ...times };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
