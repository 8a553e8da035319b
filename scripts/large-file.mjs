// Trains on a CSV file that is larger than memory: makes one (default 2 GB), reads it once into a RowStore, and trains a small
// GRU on windows drawn from all of it, under a heap of 512 MB. Fails where the process grows beyond the bound, or where the
// network does not beat the last value. Usage: npm run build && node scripts/large-file.mjs [megabytes, default 2000] [folder]
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Old space, as `--max-old-space-size` takes it. */
const HEAP_MB = 512;
/** The whole process: heap, blocks of the file, batches, wasm. */
const RSS_BOUND_MB = 400;
/** Batches of the one, partial epoch. */
const STEPS = 400;
const BATCH = 64;
const SENSORS = 8;
/** Minutes seen and foreseen. */
const [LOOKBACK, HORIZON] = [60, 6];

const [megabytes = "2000", folder = tmpdir(), child] = process.argv.slice(2);
if (child === undefined) {
  // The heap's bound must be there from the beginning, and the generator's memory must not count.
  const self = fileURLToPath(import.meta.url);
  const home = mkdtempSync(join(folder, "sluice-large-"));
  try {
    const path = join(home, "sensors.csv");
    await generate(path, Number(megabytes) * 1e6);
    const flags = [`--max-old-space-size=${HEAP_MB}`, "--conditions=sluice-modules", self];
    const { status } = spawnSync(process.execPath, [...flags, megabytes, home, path], { stdio: "inherit" });
    process.exitCode = status ?? 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
} else {
  await train(child, folder);
}

/** Minutes of sensors that swing with the day and each with a walk of its own; seeded, a block of lines at a time. */
async function generate(path, bytes) {
  const { Random } = await import("../dist/util/random.js");
  const random = new Random(1);
  const out = createWriteStream(path);
  out.write(`time,${Array.from({ length: SENSORS }, (_, j) => `s${j}`).join(",")}\n`);
  const walk = new Float64Array(SENSORS);
  let written = 0;
  for (let row = 0; written < bytes;) {
    let block = "";
    for (let i = 0; i < 5000; i++, row++) {
      block += new Date(row * 60000).toISOString().slice(0, 19);
      const day = Math.sin((2 * Math.PI * row) / 1440);
      for (let j = 0; j < SENSORS; j++) {
        walk[j] = 0.99 * walk[j] + random.uniform() - 0.5;
        block += `,${(10 * day + walk[j] + 2 * Math.sin(row / (5 + j))).toFixed(4)}`;
      }
      block += "\n";
    }
    written += block.length;
    if (!out.write(block)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

async function train(path, folder) {
  const { layers, sequential } = await import("../dist/index.js");
  const { RowStore, standardScaler, storeWindows } = await import("../dist/data/index.js");
  const { tensor } = await import("../dist/tensor/make.js");
  const size = statSync(path).size / 1e6;
  const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
  const begun = performance.now();
  const store = await RowStore.create(path, { date: "time", folder });
  const took = seconds(begun);
  console.log(`read ${size.toFixed(0)} MB, ${store.length} rows, in ${took} s: ${(size / took).toFixed(0)} MB/s`);

  const cut = Math.floor(store.length * 0.9);
  const scaler = standardScaler();
  const fitting = performance.now();
  const D = store.columns.length;
  for (let first = 0; first < cut; first += 100000) {
    const count = Math.min(100000, cut - first);
    const rows = store.read(first, count);
    scaler.partialFit(tensor(rows, [count, D]));
  }
  console.log(`fitted the scaler on ${cut} rows in ${seconds(fitting)} s`);

  const options = { lookback: LOOKBACK, horizon: HORIZON, targets: ["s0"], past: store.columns.slice(1), scaler };
  const training = storeWindows(store, { ...options, rows: [0, cut] });
  const testing = storeWindows(store, { ...options, stride: 997, rows: [cut, store.length] });
  const model = sequential([
    layers.gru({ units: 16, inputShape: [LOOKBACK, D] }),
    layers.dense({ units: HORIZON }),
    layers.reshape({ targetShape: [HORIZON, 1] }),
  ]);
  model.compile({ optimizer: { className: "adam", config: { learningRate: 0.005 } }, loss: "meanSquaredError" });
  const fit = performance.now();
  const batches = training.batches({ batchSize: BATCH, seed: 1 });
  await model.fit(some(batches, STEPS), { epochs: 1, verbose: 0 });
  console.log(`${STEPS} batches of ${BATCH} out of ${training.length} windows in ${seconds(fit)} s`);

  const { x, y } = testing.batch(Int32Array.from({ length: Math.min(500, testing.length) }, (_, i) => i));
  const guess = await model.predict(x);
  const [network, last] = [
    errorOf(y, (b, t) => guess.data[b * HORIZON + t]),
    errorOf(y, (b) => x.data[(b * LOOKBACK + LOOKBACK - 1) * D]),
  ];
  store.close();
  const rss = process.resourceUsage().maxRSS / 1024;
  const heap = process.memoryUsage().heapUsed / 1e6;
  console.log(`mean squared error ${network.toFixed(4)}, of the last value ${last.toFixed(4)} (scaled)`);
  console.log(`peak memory ${rss.toFixed(0)} MB (bound ${RSS_BOUND_MB}), heap at the end ${heap.toFixed(0)} MB`);
  if (rss > RSS_BOUND_MB) throw new Error(`peak memory ${rss.toFixed(0)} MB is over the bound of ${RSS_BOUND_MB} MB`);
  if (!(network < last)) throw new Error("the network is no better than the last value");
}

function* some(batches, count) {
  for (const batch of batches) {
    if (count-- === 0) return;
    yield batch;
  }
}

function errorOf(y, guess) {
  return (
    y.data.reduce((sum, value, i) => sum + (value - guess(Math.floor(i / HORIZON), i % HORIZON)) ** 2, 0) /
    y.data.length
  );
}
