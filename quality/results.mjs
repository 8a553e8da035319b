/** What was measured, in a JSON file that is written after each job. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

/**
 * @typedef {import("./jobs.mjs").Trained} Trained
 * @typedef {object} RowResult
 * @property {string} spec the recipe that was measured, as JSON: another one is measured anew
 * @property {{ trivial: Record<string, number>, simple?: Record<string, number> }} [baselines]
 * @property {Record<string, Trained>} sluice by seed @property {Record<string, Trained>} torch by seed
 * @property {Record<string, import("./defaults.mjs").DefaultsResult>} defaults by seed
 * @property {string} [machine] @property {string} [date] of the last job
 */

const wide = process.env.SLUICE_WIDE === "1" ? ", SLUICE_WIDE=1" : "";
const MACHINE = `${cpus()[0].model.trim()}, Node ${process.versions.node}${wide}`;

/** The file is read again before each change, so that two runs may measure different rows at the same time. @param {string} path */
export function openResults(path) {
  /** @returns {Record<string, RowResult>} */
  const read = () => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {});
  const results = {
    rows: read(),
    /** @param {import("./recipes/index.mjs").Row} row @returns {RowResult} */
    of(row) {
      const spec = JSON.stringify(row.spec);
      const known = results.rows[row.id];
      return known?.spec === spec ? known : { spec, sluice: {}, torch: {}, defaults: {} };
    },
    /** @param {import("./recipes/index.mjs").Row} row @param {(result: RowResult) => void} change */
    change(row, change) {
      results.rows = read();
      const result = results.of(row);
      change(result);
      results.rows[row.id] = { ...result, machine: MACHINE, date: new Date().toISOString().slice(0, 10) };
      writeFileSync(`${path}.part`, `${JSON.stringify(results.rows, null, 2)}\n`);
      renameSync(`${path}.part`, path);
    },
  };
  return results;
}
