/**
 * A training step of minGru and minLstm beside the fused GRU's, T = 4,096, B = 8, D = H = 128, one thread: forward, loss, backward and
 * update of one layer. Steps of the kinds alternate, medians are compared. "sequences": outputs and gradients at all steps; "last":
 * those of the last step alone, as a classifier has them; "two layers": one on top of another, with outputs at all steps.
 *
 *   node quality/weak/min-gru.mjs [--T=4096] [--rounds=9] [--threads=1] [--quick]
 */
import { parseArgs } from "node:util";
import { input, layers, model, optimizers, Random, setThreads, tensor } from "sluice";

const { values } = parseArgs({
  options: {
    T: { type: "string", default: "4096" },
    rounds: { type: "string", default: "9" },
    threads: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
  },
});
const [B, T, D, H] = [8, values.quick ? 512 : Number(values.T), 128, 128];
const rounds = values.quick ? 3 : Number(values.rounds);
await setThreads(Number(values.threads));

const random = new Random(1);
const drawn = (n) => Float32Array.from({ length: n }, () => random.uniform() - 0.5);
const x = tensor(drawn(B * T * D), [B, T, D]);
const [all, last] = [tensor(drawn(B * T * H), [B, T, H]), tensor(drawn(B * H), [B, H])];

const KINDS = {
  gru: (options) => layers.gru({ units: H, ...options }),
  minGru: (options) => layers.minGru({ units: H, ...options }),
  "minGru, positive": (options) => layers.minGru({ units: H, candidate: "positive", ...options }),
  minLstm: (options) => layers.minLstm({ units: H, ...options }),
};

function build(make, setting) {
  const source = input({ shape: [null, D] });
  const before = setting === "two layers" ? make({ returnSequences: true }).apply(source) : source;
  const outputs = make({ returnSequences: setting !== "last" }).apply(before);
  const network = model({ inputs: source, outputs, seed: 1 });
  network.compile({ optimizer: optimizers.sgd(), loss: "meanSquaredError" });
  return network;
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

console.log(
  `Node ${process.versions.node}, ${values.threads} thread(s), T = ${T}, B = ${B}, D = H = ${H}, ${rounds} rounds; milliseconds\n`,
);
console.log("| setting | layer | wall | processor | GRU's over it, wall | processor |\n|-|-|-|-|-|-|");
for (const setting of ["last", "sequences", "two layers"]) {
  const networks = Object.entries(KINDS).map(([name, make]) => ({
    name,
    network: build(make, setting),
    wall: [],
    cpu: [],
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const { network, wall, cpu } of networks) {
      const [begun, used] = [performance.now(), processor()];
      await network.trainOnBatch(x, setting === "last" ? last : all);
      if (round === 0) continue; // memory grows, the engine compiles
      wall.push(performance.now() - begun);
      cpu.push(processor() - used);
    }
  }
  const [gru] = networks;
  for (const { name, wall, cpu } of networks) {
    const ratio = (key, list) => (median(gru[key]) / median(list)).toFixed(2);
    const cells = [
      setting,
      name,
      median(wall).toFixed(0),
      median(cpu).toFixed(0),
      ratio("wall", wall),
      ratio("cpu", cpu),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
