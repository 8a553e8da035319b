/**
 * One job of one row in a process of its own, so that nothing is warm from another:
 *
 *   node quality/child.mjs ROW baselines
 *   node quality/child.mjs ROW sluice SEED
 *   node quality/child.mjs ROW torch SEED PYTHON
 *   node quality/child.mjs ROW defaults SEED
 *
 * The last line on standard output is the result as JSON.
 */
import { trainDefaults } from "./defaults.mjs";
import { baselinesOf, trainSluice, trainTorch } from "./jobs.mjs";
import { ROWS } from "./recipes/index.mjs";

const [id, job, seed, python] = process.argv.slice(2);
const row = ROWS.find((candidate) => candidate.id === id);
if (row === undefined) throw new Error(`no row ${id}; there are ${ROWS.map((known) => known.id).join(", ")}`);
const jobs = {
  baselines: () => baselinesOf(row),
  sluice: () => trainSluice(row, Number(seed)),
  defaults: () => trainDefaults(row, Number(seed)),
  torch: () => trainTorch(row, Number(seed), python),
};
process.stdout.write(`${JSON.stringify(await jobs[job]())}\n`);
