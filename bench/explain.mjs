// What looking costs beside predicting, in processor time: GRU(128) on 40 features and 100 steps, one thread.
// `npm run build && node bench/explain.mjs`
import { Random, sequential, tensor } from "../dist/index.js";
import { ablate, attribute, memoryHorizon, rankUnits, trace, Tracer } from "../dist/explain/index.js";
import { dense, gru } from "../dist/layers/index.js";

const [N, T, D, H, ROUNDS] = [32, 100, 40, 128, 7];
const random = new Random(1);
const draw = (n) =>
  tensor(
    Float32Array.from({ length: n * T * D }, () => 2 * random.uniform() - 1),
    [n, T, D],
  );
const [many, one] = [draw(N), draw(1)];
const model = sequential([gru({ units: H, inputShape: [null, D] }), dense({ units: 10, activation: "softmax" })], {
  seed: 1,
});

/** Median of some rounds after a first one. */
async function time(what, run, unit = "ms") {
  await run();
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  const median = times.sort((a, b) => a - b)[ROUNDS >> 1];
  console.log(`${what.padEnd(64)} ${median.toFixed(1).padStart(8)} ${unit}`);
}

await time(`predict, ${N} samples`, () => model.predict(many));
await time(`trace, ${N} samples`, () => trace(model, many, { outputs: false }));
await time(`trace with outputs at every step, ${N} samples`, () => trace(model, many));
await time("ablate one unit, 32 samples", () => ablate(model, many, { units: 3 }));
await time(`rankUnits, ${H} units, one sample`, () => rankUnits(model, one));
await time("attribute, integrated gradients, one sample", () => attribute(model, one));
await time("attribute, gradient × input, one sample", () => attribute(model, one, { method: "gradientInput" }));
await time("attribute, occlusion of 100 steps, one sample", () =>
  attribute(model, one, { method: "occlusion", by: "step" }),
);
await time("attribute, occlusion of 4000 features, one sample", () => attribute(model, one, { method: "occlusion" }));
await time("memoryHorizon, one sample", () => memoryHorizon(model, one));
const [stream, tracer, frame] = [model.stream(), new Tracer(model), new Float32Array(D).fill(0.1)];
const steps = (runner) => () => {
  for (let i = 0; i < 1000; i++) runner.step(frame);
};
await time("a step of a stream", steps(stream), "µs");
await time("a step of a tracer", steps(tracer), "µs");
