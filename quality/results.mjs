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

const MACHINE = `${cpus()[0].model.trim()}, Node ${process.versions.node}`;

/** @param {string} path */
export function openResults(path) {
  /** @type {Record<string, RowResult>} */
  const rows = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  return {
    rows,
    /** @param {import("./recipes/index.mjs").Row} row @returns {RowResult} */
    of(row) {
      const spec = JSON.stringify(row.spec);
      if (rows[row.id]?.spec !== spec) rows[row.id] = { spec, sluice: {}, torch: {}, defaults: {} };
      return rows[row.id];
    },
    /** @param {import("./recipes/index.mjs").Row} row @param {(result: RowResult) => void} change */
    change(row, change) {
      const result = this.of(row);
      change(result);
      Object.assign(result, { machine: MACHINE, date: new Date().toISOString().slice(0, 10) });
      writeFileSync(`${path}.part`, `${JSON.stringify(rows, null, 2)}\n`);
      renameSync(`${path}.part`, path);
    },
  };
}
