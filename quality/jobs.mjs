/** What a row asks for: its baselines, its network by Sluice, and the same network on the same arrays by PyTorch. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { train } from "./network.mjs";

/**
 * @typedef {import("./recipes/index.mjs").Row} Row
 * @typedef {{ values: import("./recipes/index.mjs").Values, seconds: number, wall: number }} Trained seconds of processor time
 */

/** @param {Row} row */
export const baselinesOf = async (row) => row.baselines(await row.load());

/** @param {Row} row @param {number} seed @returns {Promise<Trained>} */
export async function trainSluice(row, seed) {
  const data = await row.load();
  if (row.train) return row.train(row.spec, data, seed);
  const { outputs, ...times } = await train(row.spec, data.parts, seed);
  return { values: row.score(outputs, data), ...times };
}

const SCRIPT = fileURLToPath(new URL("torch/train.py", import.meta.url));

/** @param {Row} row @param {number} seed @param {string} python @returns {Promise<Trained>} */
export async function trainTorch(row, seed, python) {
  const data = await row.load();
  const folder = mkdtempSync(join(tmpdir(), "sluice-quality-"));
  try {
    const arrays = writeArrays(folder, data.parts);
    writeFileSync(join(folder, "job.json"), JSON.stringify({ spec: row.spec, seed, arrays }));
    const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
    const printed = execFileSync(python, [SCRIPT, folder], { env, encoding: "utf8" });
    const { values, ...times } = JSON.parse(printed.trim().split("\n").at(-1));
    if (values) return { values, ...times };
    const bytes = readFileSync(join(folder, "outputs.bin"));
    return { values: row.score(new Float32Array(Uint8Array.from(bytes).buffer), data), ...times };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each array as raw little-endian numbers; the result says what they are. @param {string} folder @param {any} parts */
function writeArrays(folder, parts) {
  /** @type {Record<string, { dtype: string, shape: readonly number[] }>} */
  const arrays = {};
  for (const [part, fields] of Object.entries(parts)) {
    for (const [field, value] of Object.entries(fields)) {
      const { data, shape, dtype } = ArrayBuffer.isView(value)
        ? { data: value, shape: [value.length], dtype: "int32" }
        : value;
      const name = `${part}.${field}`;
      writeFileSync(join(folder, name), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      arrays[name] = { dtype, shape };
    }
  }
  return arrays;
}
