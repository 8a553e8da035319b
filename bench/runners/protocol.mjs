/**
 * A runner is a child process that holds one system. It reads one JSON object a line from standard input, answers each
 * with one line on standard output, and between two requests waits without using the processor:
 *
 *   {"info": true}                                  → {"versions": {"name": "1.2.3"}, "notes": []}
 *   {"prepare": "W1", "spec": {…}}                  → {"warmUp": 3, "notes": []} or {"skip": "the reason"}
 *   {"rep": "W1", "minimumMs": 100}                 → {"value": 12.3, "wallMs": 110, "cpuMs": 109, "idleCpuMs": 0}
 *   {"drop": "W1"}                                  → {}
 *
 * A request that fails is answered by {"error": "…"}. One repetition runs the workload as often as fills `minimumMs` and
 * answers the mean; warm-up runs it until three times and half a second, or five seconds, have passed.
 */
import { createInterface } from "node:readline";

/**
 * @typedef {object} Prepared
 * @property {(times: number) => void | Promise<void>} [run] does the workload so many times
 * @property {number} [scale] what a measured time is multiplied by, where only a part of the workload is run
 * @property {() => Promise<number>} [ratio] instead of `run`, for a workload whose figure is no time
 * @property {string[]} [notes]
 *
 * @typedef {import("../workloads.mjs").Spec} Spec
 * @typedef {Record<string, (spec: Spec, name: string) => Prepared | Promise<Prepared>>} Builders one for each task
 */

/** Thrown by a builder that cannot hold the workload; its message is the reason given in the table. */
export class Skip extends Error {}

/** @param {(times: number) => void | Promise<void>} run @param {number} times @returns {Promise<number>} ms */
async function timed(run, times) {
  const start = performance.now();
  await run(times);
  return performance.now() - start;
}

/** @param {(times: number) => void | Promise<void>} run */
async function warmUp(run) {
  const start = performance.now();
  let times = 0;
  let last = 0;
  for (;;) {
    last = await timed(run, 1);
    times++;
    const spent = performance.now() - start;
    if ((times >= 3 && spent >= 500) || spent >= 5000) return { times, last };
  }
}

/**
 * @param {object} system
 * @param {() => { versions: Record<string, string>, notes?: string[] }} system.info
 * @param {Builders} system.builders
 */
export function serve({ info, builders }) {
  /** @type {Map<string, { prepared: Prepared, estimate: number }>} */
  const ready = new Map();
  let cpuAtRest = process.cpuUsage();

  /** @param {any} request */
  async function answer(request) {
    if (request.info) return info();
    if (request.drop) {
      ready.delete(request.drop);
      return {};
    }
    if (request.prepare) {
      const builder = builders[request.spec.task];
      if (builder === undefined) return { skip: builders.fit ? "not measured" : "inference only" };
      const prepared = await builder(request.spec, request.prepare);
      const { times, last } = prepared.run ? await warmUp(prepared.run) : { times: 0, last: 0 };
      ready.set(request.prepare, { prepared, estimate: last });
      return { warmUp: times, notes: prepared.notes ?? [], estimateMs: last };
    }
    return repeat(ready.get(request.rep), request.minimumMs);
  }

  /** @param {{ prepared: Prepared, estimate: number } | undefined} entry @param {number} minimumMs */
  async function repeat(entry, minimumMs) {
    if (entry === undefined) throw new Error("rep before prepare");
    const { run, ratio, scale = 1 } = entry.prepared;
    const before = process.cpuUsage();
    const idle = process.cpuUsage(cpuAtRest);
    const start = performance.now();
    let value;
    if (run) {
      const times = Math.max(1, Math.ceil(minimumMs / entry.estimate));
      const perRun = (await timed(run, times)) / times;
      entry.estimate = Math.min(entry.estimate, perRun);
      value = perRun * scale;
    } else {
      value = await /** @type {() => Promise<number>} */ (ratio)();
    }
    const wallMs = performance.now() - start;
    const used = process.cpuUsage(before);
    return { value, wallMs, cpuMs: (used.user + used.system) / 1000, idleCpuMs: (idle.user + idle.system) / 1000 };
  }

  const write = process.stdout.write.bind(process.stdout);
  console.log = console.info = console.warn = console.error; // what a library prints must not mix with the answers
  const lines = createInterface({ input: process.stdin });
  let queue = Promise.resolve();
  lines.on("line", (line) => {
    queue = queue.then(async () => {
      /** @type {object} */
      let reply;
      try {
        reply = await answer(JSON.parse(line));
      } catch (error) {
        reply =
          error instanceof Skip
            ? { skip: error.message }
            : { error: String(/** @type {any} */ (error)?.stack ?? error) };
      }
      write(JSON.stringify(reply) + "\n");
      cpuAtRest = process.cpuUsage();
    });
  });
  lines.on("close", () => void queue.then(() => process.exit(0)));
}

/**
 * Numbers for inputs and weights: a linear congruential generator, uniform in [-scale, scale).
 * @param {number} length @param {number} [scale] @param {number} [seed]
 */
export function uniform(length, scale = 1, seed = 1) {
  const values = new Float32Array(length);
  let state = seed >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 31 - 1) * scale;
  }
  return values;
}

/** @param {number} length @param {number} below @param {number} [seed] @returns {Int32Array} integers in [0, below) */
export function integers(length, below, seed = 2) {
  return Int32Array.from(uniform(length, 1, seed), (v) => Math.min(below - 1, Math.floor(((v + 1) / 2) * below)));
}

/** @param {Int32Array} ids @param {number} width @returns {Float32Array} */
export function oneHot(ids, width) {
  const values = new Float32Array(ids.length * width);
  ids.forEach((id, i) => (values[i * width + id] = 1));
  return values;
}
