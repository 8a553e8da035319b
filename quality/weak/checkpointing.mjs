/**
 * What gradient checkpointing over time saves and costs: training steps of GRU(256) over 8 sequences of 10,000 steps of 16 features,
 * returnSequences false, with all steps kept and with the state of every n-th step.
 *
 *   node quality/weak/checkpointing.mjs [--every=96] [--threads=1] [--quick]
 *
 * "kept" is what the layer's forward pass leaves in memory for the backward pass, "peak" the most that the whole training step
 * takes. The two ways take turns, so that a busy machine disturbs both alike; times are medians.
 */
import { parseArgs } from "node:util";
import { Layer, layers, Random, sequential, setThreads, tensor } from "../../dist/index.js";
import { kernelsFor } from "../../dist/ops/backend.js";

const { values } = parseArgs({
  options: {
    every: { type: "string", default: "96" },
    threads: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
  },
});
const [B, D, H] = [8, 16, 256];
const [T, rounds] = values.quick ? [1000, 3] : [10_000, 5];

/** Bytes that the arena has given out and not got back. */
const used = { now: 0, most: 0 };

function watchArena() {
  const { arena } = kernelsFor("float32").memory;
  const { alloc, mark, release } = arena;
  const at = new WeakMap();
  Object.assign(arena, {
    alloc(bytes) {
      used.now += bytes;
      used.most = Math.max(used.most, used.now);
      return alloc.call(arena, bytes);
    },
    mark() {
      const made = mark.call(arena);
      at.set(made, used.now);
      return made;
    },
    release(to) {
      used.now = at.get(to);
      release.call(arena, to);
    },
  });
}

/** Hands on what it gets, and notes how much memory is in use. */
class Probe extends Layer {
  static className = "Probe";
  bytes = 0;

  constructor(config) {
    super(config, {});
  }

  computeOutputShape(shapes) {
    return shapes;
  }

  call(inputs) {
    this.bytes = used.now;
    return inputs;
  }
}

function build(checkpointEvery) {
  const [before, after] = [new Probe({ inputShape: [T, D] }), new Probe({})];
  const gru = layers.gru({ units: H, checkpointEvery });
  const model = sequential([before, gru, after, layers.dense({ units: 1 })], { seed: 1 });
  model.compile({ optimizer: "adam", loss: "mse" });
  return { model, kept: () => after.bytes - before.bytes, seconds: [], peak: 0 };
}

const random = new Random(1);
const x = tensor(
  Float32Array.from({ length: B * T * D }, () => random.uniform() - 0.5),
  [B, T, D],
);
const y = tensor(
  Float32Array.from({ length: B }, () => random.uniform()),
  [B, 1],
);

await setThreads(Number(values.threads));
watchArena();
const ways = { "all steps": build(null), [`every ${values.every}th`]: build(Number(values.every)) };
for (let round = 0; round <= rounds; round++) {
  for (const way of Object.values(ways)) {
    used.most = used.now;
    const start = process.cpuUsage();
    await way.model.trainOnBatch(x, y);
    const { user, system } = process.cpuUsage(start);
    way.peak = used.most;
    if (round > 0) way.seconds.push((user + system) / 1e6); // the first step warms up
  }
}
await setThreads(1);

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const [plain, kept] = Object.values(ways);
const weights = kept.model.getWeights();
const same = plain.model.getWeights().every((w, i) => {
  const { data } = weights[i];
  return data.every((v, j) => v === w.data[j]);
});
console.log(`GRU(${H}), D = ${D}, T = ${T}, B = ${B}, returnSequences false, threads ${values.threads}`);
console.table(
  Object.entries(ways).map(([name, { kept, peak, seconds }]) => ({
    "kept states": name,
    "kept MB": (kept() / 1e6).toFixed(1),
    "of all": (kept() / plain.kept()).toFixed(3),
    "peak MB": (peak / 1e6).toFixed(1),
    "processor s a step": median(seconds).toFixed(2),
    time: (median(seconds) / median(plain.seconds)).toFixed(2),
  })),
);
console.log(`weights after ${rounds + 1} steps: ${same ? "the same bits" : "differ by rounding"}`);
