/** The measuring loops. Repetitions are interleaved, one of each system in turn, so that a disturbance hits all alike. */
import { spawn } from "node:child_process";
import { WORKLOADS } from "./workloads.mjs";

/**
 * @typedef {object} Settings
 * @property {number} reps repetitions of each system
 * @property {number} budgetMs for one system and workload; a slow system gets fewer repetitions, at least one
 * @property {number} minimumMs how long a repetition lasts at least: short workloads run many times in it
 *
 * @typedef {object} Row
 * @property {string} workload
 * @property {string} system
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {"ms" | "ratio"} unit
 * @property {number} [gflops] of the median
 * @property {number} reps
 * @property {number} [cpu] median of the processor time, where a runner measured it: what a busy machine disturbs less
 * @property {number} [peakMB] peak memory of the process (W7)
 *
 * @typedef {import("./child.mjs").Child} Child
 * @typedef {(system: string, workload: string, text: string) => void} Note
 */

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** @param {string} workload @param {string} system @param {number[]} values @returns {Row} */
function summarise(workload, system, values) {
  const { unit, flops } = WORKLOADS[workload];
  const middle = median(values);
  const gflops = flops === undefined ? {} : { gflops: flops / middle / 1e6 };
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { workload, system, median: middle, min, max, unit, ...gflops, reps: values.length };
}

/** Calls `rep(system, round)` for each system in turn; a system is done when its budget would be passed. */
async function interleave(
  /** @type {string[]} */ systems,
  /** @type {Settings} */ { reps, budgetMs },
  /** @type {(system: string) => Promise<boolean>} false: the system is out */ rep,
) {
  const spent = new Map(systems.map((system) => [system, 0]));
  for (let round = 1; round <= reps; round++) {
    for (const [system, before] of spent) {
      if (before > 0 && (before * round) / (round - 1) > budgetMs) continue;
      const start = performance.now();
      if (await rep(system)) spent.set(system, before + performance.now() - start);
      else spent.delete(system);
    }
  }
}

/**
 * @param {string} workload @param {Map<string, Child>} children @param {Settings} settings @param {Note} note
 * @returns {Promise<Row[]>}
 */
export async function measureInRunners(workload, children, settings, note) {
  /** @type {Map<string, { values: number[], cpu: number[], wallMs: number, cpuMs: number, idleCpuMs: number }>} */
  const results = new Map();
  for (const [system, child] of children) {
    const reply = await child.ask({ prepare: workload, spec: WORKLOADS[workload].spec });
    if (reply.skip || reply.error) note(system, workload, reply.skip ?? `failed: ${lastLine(reply.error)}`);
    else results.set(system, { values: [], cpu: [], wallMs: 0, cpuMs: 0, idleCpuMs: 0 });
    for (const text of reply.notes ?? []) note(system, workload, text);
  }
  await interleave([...results.keys()], settings, async (system) => {
    const reply = await children.get(system)?.ask({ rep: workload, minimumMs: settings.minimumMs });
    if (reply.error) {
      note(system, workload, `failed: ${lastLine(reply.error)}`);
      return false;
    }
    const result = results.get(system);
    if (result === undefined) return false;
    result.values.push(reply.value);
    result.cpu.push((reply.value * reply.cpuMs) / reply.wallMs);
    result.wallMs += reply.wallMs;
    result.cpuMs += reply.cpuMs;
    if (result.values.length > 1) result.idleCpuMs += reply.idleCpuMs; // before the first it still settles from warm-up
    return true;
  });
  const rows = [];
  for (const [system, { values, cpu, wallMs, cpuMs, idleCpuMs }] of results) {
    await children.get(system)?.ask({ drop: workload });
    const threads = system === "sluice-2t" ? 2 : 1;
    const share = cpuMs / wallMs;
    if (share > 1.2 * threads) note(system, workload, `used ${share.toFixed(1)} processors`);
    if (share < 0.8) note(system, workload, `got only ${share.toFixed(1)} of a processor: the machine was busy`);
    if (idleCpuMs > 0.1 * wallMs)
      note(system, workload, `burned ${idleCpuMs.toFixed(0)} ms of processor time while idle`);
    if (values.length === 0) continue;
    const row = summarise(workload, system, values);
    rows.push(row.unit === "ms" ? { ...row, cpu: median(cpu) } : row);
  }
  return rows;
}

/** @param {string} text */
const lastLine = (text) => text.trim().split("\n").slice(0, 2).join(" ").slice(0, 300);

/**
 * Throughput of one process with two threads over that of two one-thread processes that run at the same time.
 * @param {string} workload @param {Child} both with two threads @param {Child[]} pair
 * @param {Settings} settings @param {Note} note
 * @returns {Promise<Row[]>}
 */
export async function measurePair(workload, both, pair, { reps, minimumMs }, note) {
  const inner = /** @type {string} */ (WORKLOADS[workload].pairOf);
  const all = [both, ...pair];
  const prepare = { prepare: inner, spec: WORKLOADS[inner].spec };
  for (const child of all) {
    const { skip, error } = await child.ask(prepare);
    if (skip ?? error) {
      note("sluice-2t", workload, skip ?? `failed: ${lastLine(error)}`);
      return [];
    }
  }
  const request = { rep: inner, minimumMs: 4 * minimumMs }; // long enough that both overlap nearly all the time
  const ratios = [];
  for (let round = 0; round < reps; round++) {
    const apart = await Promise.all(pair.map((child) => child.ask(request)));
    const together = await both.ask(request);
    ratios.push(1 / together.value / apart.reduce((sum, { value }) => sum + 1 / value, 0));
  }
  for (const child of all) await child.ask({ drop: inner });
  return [summarise(workload, "sluice-2t", ratios)];
}

/**
 * W7: whole processes, timed from their start to their end as seen from outside.
 * @param {Map<string, string[]>} commands @param {Settings} settings @param {Note} note
 * @returns {Promise<Row[]>}
 */
export async function measureCold(commands, settings, note) {
  /** @type {Map<string, { values: number[], peaks: number[] }>} */
  const results = new Map([...commands.keys()].map((system) => [system, { values: [], peaks: [] }]));
  for (const command of commands.values()) await runOnce(command); // the files are in the page cache after it
  await interleave([...commands.keys()], settings, async (system) => {
    const { ms, peakMB, error } = await runOnce(/** @type {string[]} */ (commands.get(system)));
    if (error !== undefined) {
      note(system, "W7", `failed: ${lastLine(error)}`);
      return false;
    }
    results.get(system)?.values.push(ms);
    results.get(system)?.peaks.push(peakMB);
    return true;
  });
  return [...results]
    .filter(([, { values }]) => values.length > 0)
    .map(([system, { values, peaks }]) => ({ ...summarise("W7", system, values), peakMB: median(peaks) }));
}

/** @param {string[]} command @returns {Promise<{ ms: number, peakMB: number, error?: string }>} */
function runOnce([file, ...args]) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    let ms = 0;
    let out = "";
    let errors = "";
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (errors += text));
    child.on("error", (error) => resolve({ ms, peakMB: 0, error: error.message }));
    child.on("exit", () => (ms = performance.now() - start));
    child.on("close", (code) => {
      const peakMB = Number(out.trim().split("\n").at(-1));
      resolve(code === 0 ? { ms, peakMB } : { ms, peakMB, error: errors });
    });
  });
}
