/**
 * What DiLoCo is worth. `node --conditions=sluice-modules quality/parallel/diloco.mjs [--only quality|deltas|efficiency] [--rows one,synchronous,10,50,100,500] [--steps 2000] [--units 128] [--rate 2e-3] [--quick] [--out FILE]`
 *
 * quality: a GRU by character on tiny Shakespeare. One process with so many steps; synchronous averaging over four shards, which is what one process
 *   computes with batches four times as large; DiLoCo with four shards, as many steps each, H = 10, 50, 100, 500. The same learning rate for all, the
 *   task's own optimizer (Adam with decoupled weight decay), nothing tuned. Validation loss at the end and at its best, bytes by kind. Asked for: H = 50
 *   no worse than one process, and within 3 % of synchronous averaging. --rows: only these of them.
 * deltas: H = 50 once more with changes of weights as float16 and int8.
 * efficiency: 1, 2 and 4 workers, processes of their own with one slot each, on a Redis of this machine, K = workers, H = 50: rounds a second, and how
 *   much of a round is training (medians). Of no more workers than there are cores it says what rounds cost; of more, how they share the cores.
 *
 * Data: ../shared/data or SLUICE_DATA; without tiny Shakespeare there is nothing to measure, without redis-server no efficiency. --quick: few steps, to see that it runs.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { RedisExecutor } from "../../dist/distributed/executors/redis.js";
import { ThreadExecutor } from "../../dist/distributed/executors/threads.js";
import { trainDiloco } from "../../dist/distributed/parallel/diloco/train.js";
import { redisAddress } from "../../dist/distributed/queue/address.js";
import { taskNamed } from "../../dist/tasks/registry.js";
import { trainTask } from "../../dist/tasks/train-task.js";

const { values: given } = parseArgs({
  options: {
    only: { type: "string" },
    rows: { type: "string" },
    steps: { type: "string" },
    units: { type: "string" },
    rate: { type: "string" },
    quick: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const { quick, only } = given;
const SHARDS = 4;
const H = quick ? [2, 5, 10] : [10, 50, 100, 500];
const LONGEST = H.at(-1);
const MIDDLE = quick ? 5 : 50;
const steps = LONGEST * Math.max(1, Math.round(Number(given.steps ?? (quick ? 20 : 2000)) / LONGEST));
const units = Number(given.units ?? (quick ? 16 : 128));
const data = resolve(process.env.SLUICE_DATA ?? join(import.meta.dirname, "../../../shared/data"), "tiny-shakespeare/input.txt"); // prettier-ignore
if (!existsSync(data)) {
  console.log(`left out: there is no ${data}; name the folder of the data by SLUICE_DATA`);
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), "sluice-diloco-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const task = taskNamed("diloco", "generate");
const BATCH = 32;
const settings = {
  units: [units],
  embedding: 64,
  sequenceLength: 64,
  batchSize: BATCH,
  learningRate: Number(given.rate ?? 2e-3),
  weightDecay: 0.01,
  patience: 1000,
  seed: 1,
  test: 0,
  runs: join(folder, "runs"),
};
const quiet = { verbose: 0, report: false, warn: () => undefined };
const epochs = steps / LONGEST; // so that all are validated after the same steps

const curveOf = ({ history }) => {
  const losses = history.history.val_loss;
  return { final: losses.at(-1), best: Math.min(...losses), losses };
};

async function plain(name, batchSize) {
  const begin = performance.now();
  const run = await trainTask(task, data, { ...settings, batchSize, epochs, stepsPerEpoch: LONGEST, name }, quiet);
  return { ...curveOf(run), seconds: (performance.now() - begin) / 1000, parameters: run.model.countParams() };
}

async function shared(name, innerSteps, { deltas = "float32", shards = SHARDS, length = epochs, executor } = {}) {
  const begin = performance.now();
  const own = { ...settings, epochs: length, stepsPerEpoch: shards * LONGEST, name };
  const threads = (store) => new ThreadExecutor({ store, workers: Math.min(shards, availableParallelism()) });
  const { run, journal } = await trainDiloco(task, data, own, shards, { innerSteps, deltas }, { ...quiet, executor: executor ?? threads }); // prettier-ignore
  const { rounds } = journal;
  const bytes = Object.fromEntries(Object.keys(rounds[0].bytes).map((kind) => [kind, rounds.reduce((sum, one) => sum + one.bytes[kind], 0)])); // prettier-ignore
  return { ...curveOf(run), seconds: (performance.now() - begin) / 1000, rounds, bytes };
}

const percent = (share) => `${(100 * (share - 1)).toFixed(2)} %`;
const mb = (bytes) => (bytes / 1e6).toPrecision(4);

function lineOf(name, { final, best, seconds, bytes, rounds }, one, sync) {
  const against = [one && `${percent(final / one.final)} against one process`, sync && `${percent(final / sync.final)} against synchronous`].filter(Boolean).join(", "); // prettier-ignore
  const sent = rounds ? `; ${rounds.length} rounds; MB a round: weights ${mb(bytes.weights / rounds.length)}, states ${mb(bytes.states / rounds.length)}, changes ${mb(bytes.deltas / rounds.length)}; in all ${mb(bytes.weights + bytes.states + bytes.deltas)}` : ""; // prettier-ignore
  console.log(`${name}: validation loss ${final.toFixed(4)} (best ${best.toFixed(4)})${against ? `, ${against}` : ""}; ${seconds.toFixed(0)} s${sent}`); // prettier-ignore
}

/** What is written: without the records of single rounds. */
const written = ({ rounds, ...rest }) => ({ ...rest, ...(rounds && { rounds: rounds.length }) });

async function quality() {
  console.log(`GRU(${units}), batches of ${BATCH} × 64 characters, rate ${settings.learningRate}, ${steps} steps a worker, ${SHARDS} shards`); // prettier-ignore
  const asks = (row) => !given.rows || given.rows.split(",").includes(String(row));
  const one = asks("one") ? await plain("one", BATCH) : null;
  if (one) lineOf("one process", one);
  const sync = asks("synchronous") ? await plain("synchronous", SHARDS * BATCH) : null;
  if (sync) {
    lineOf("synchronous averaging", sync, one);
    // Per step and worker the gradient to all others and the mean back, in float32.
    sync.bytes = { exchanged: steps * SHARDS * 2 * 4 * sync.parameters };
    console.log(`  it would send ${mb(sync.bytes.exchanged)} MB, ${mb(sync.bytes.exchanged / steps)} a step`);
  }
  const rows = {};
  for (const h of H.filter(asks)) {
    rows[h] = await shared(`h${h}`, h);
    lineOf(`DiLoCo H = ${h}`, rows[h], one, sync);
  }
  const asked = rows[MIDDLE];
  if (asked && one && sync) {
    const ok = asked.final <= one.final && asked.final <= 1.03 * sync.final;
    console.log(`H = ${MIDDLE}: ${percent(asked.final / one.final)} against one process, asked for at most 0 %; ${percent(asked.final / sync.final)} against synchronous averaging, asked for at most 3 %: ${ok ? "as asked" : "NOT as asked"}${quick ? " (not to be taken from --quick)" : ""}`); // prettier-ignore
  }
  const diloco = Object.fromEntries(Object.entries(rows).map(([h, row]) => [h, written(row)]));
  return {
    steps,
    units,
    rate: settings.learningRate,
    one: one && written(one),
    synchronous: sync && written(sync),
    diloco,
  };
}

async function deltas() {
  const rows = {};
  for (const kind of ["float16", "int8"]) {
    rows[kind] = await shared(kind, MIDDLE, { deltas: kind });
    lineOf(`DiLoCo H = ${MIDDLE}, changes as ${kind}`, rows[kind]);
  }
  return Object.fromEntries(Object.entries(rows).map(([kind, row]) => [kind, written(row)]));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function startWorker(url) {
  const program = resolve(import.meta.dirname, "../../dist/cli/sluice.js");
  const words = ["--conditions=sluice-modules", program, "worker", "--redis", url, "--slots", "1", "--data-root", "/"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function efficiency() {
  if (spawnSync("redis-server", ["--version"]).status !== 0) {
    console.log("efficiency: left out: redis-server is not installed (Debian: apt-get install redis-server)");
    return null;
  }
  const port = await freePort();
  const server = spawn("redis-server", ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder], { stdio: "ignore" }); // prettier-ignore
  const url = `redis://127.0.0.1:${port}`;
  const children = [server];
  const stop = () => children.forEach((child) => child.kill("SIGKILL"));
  process.once("exit", stop);
  const rows = [];
  try {
    for (const count of [1, 2, 4]) {
      const workers = await Promise.all(Array.from({ length: count }, () => startWorker(url)));
      children.push(...workers);
      const executor = () => RedisExecutor.open({ redis: redisAddress(url), plan: `efficiency-${count}` });
      const { rounds, bytes } = await shared(`workers-${count}`, MIDDLE, { shards: count, length: 1, executor });
      for (const worker of workers) worker.kill("SIGKILL");
      const later = rounds.slice(1); // in the first they get the data ready
      const median = (of) => later.map(of).sort((a, b) => a - b)[later.length >> 1];
      const seconds = median((one) => one.seconds);
      const times = Object.fromEntries(["prepare", "read", "train", "write", "outer"].map((name) => [name, median((one) => one.times[name])])); // prettier-ignore
      const row = { workers: count, rounds: rounds.length, roundsPerSecond: 1 / seconds, stepsPerSecond: (count * MIDDLE) / seconds, seconds, times, bytesPerRound: Object.fromEntries(Object.entries(bytes).map(([kind, sum]) => [kind, Math.round(sum / rounds.length)])) }; // prettier-ignore
      rows.push(row);
      const efficiency = row.stepsPerSecond / (count * rows[0].stepsPerSecond);
      row.efficiency = efficiency;
      console.log(`${count} workers: ${row.roundsPerSecond.toFixed(3)} rounds/s, ${row.stepsPerSecond.toFixed(1)} steps/s in all, efficiency ${efficiency.toFixed(3)}; a round ${seconds.toFixed(2)} s, of these training ${times.train.toFixed(2)}, reading ${times.read.toFixed(3)}, writing ${times.write.toFixed(3)}, outer step ${times.outer.toFixed(3)}, queue and the rest ${(seconds - times.train - times.read - times.write - times.outer).toFixed(3)}`); // prettier-ignore
    }
  } finally {
    process.off("exit", stop);
    stop();
  }
  return rows;
}

const parts = { quality, deltas, efficiency };
console.log(`${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
const results = { cores: availableParallelism(), date: new Date().toISOString() };
for (const [name, measure] of Object.entries(parts)) if (!only || only === name) results[name] = await measure();
if (given.out) writeFileSync(given.out, `${JSON.stringify(results, null, 2)}\n`);
