import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { input, layers, model as modelOf, sequential, type Model } from "../../src/index.js";
import { NotFinite, SequenceClosed, StepEngine, type Sequence } from "../../src/server/sessions/step-engine.js";
import { normal } from "../../src/util/normal.js";
import { Random } from "../../src/util/random.js";

const asked = (engine: StepEngine, sequence: Sequence, frames: ArrayLike<number>, steps = 1) =>
  new Promise<Float32Array>((resolve, reject) => {
    engine.step(sequence, frames, steps, (error, outputs) =>
      error ? reject(error as Error) : resolve(outputs as Float32Array),
    );
  });

const numbers = (random: Random, n: number) => Float32Array.from({ length: n }, () => normal(random));

/** What a stream of its own answers, step by step. */
function alone(model: Model, frames: ArrayLike<number>, steps: number): number[] {
  const stream = model.stream();
  const width = frames.length / steps;
  return Array.from({ length: steps }, (_, t) => [
    ...stream.step(Array.from({ length: width }, (_, i) => frames[t * width + i]!)).data,
  ]).flat();
}

const MODELS: Readonly<Record<string, () => Model>> = {
  gru: () => sequential([layers.gru({ units: 37, inputShape: [null, 5] }), layers.dense({ units: 3, activation: "softmax" })], { seed: 1 }),
  "reset before, normalized": () =>
    sequential(
      [layers.gru({ units: 8, resetAfter: false, returnSequences: true, inputShape: [null, 5] }), layers.layerNormalization(), layers.lstm({ units: 9 })],
      { seed: 2 },
    ),
  "convolution and pooling": () =>
    sequential(
      [layers.conv1d({ filters: 6, kernelSize: 3, padding: "causal", activation: "relu", inputShape: [null, 5] }), layers.minGru({ units: 7, returnSequences: true }), layers.globalAveragePooling1d(), layers.dense({ units: 2 })],
      { seed: 3 },
    ),
  "float64": () => sequential([layers.simpleRnn({ units: 6, inputShape: [null, 5] }), layers.dense({ units: 2 })], { seed: 4, dtype: "float64" }),
}; // prettier-ignore

for (const [name, make] of Object.entries(MODELS))
  test(`sessions stepped together answer as streams of their own, to the bit: ${name}`, async () => {
    const model = make();
    const engine = new StepEngine(model);
    const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 45 });
    await fc.assert(
      fc.asyncProperty(lengths, fc.nat(1e6), async (steps, seed) => {
        const random = new Random(seed);
        const frames = steps.map((n) => numbers(random, n * 5));
        const sequences = steps.map(() => engine.start());
        const answers = await Promise.all(sequences.map((s, i) => asked(engine, s, frames[i]!, steps[i]!)));
        for (const [i, answer] of answers.entries()) assert.deepEqual([...answer], alone(model, frames[i]!, steps[i]!));
        for (const s of sequences) engine.close(s);
        assert.equal(engine.open, 0);
      }),
      { numRuns: 12 },
    );
  });

test("steps of one session that are asked for at once are done in their order", async () => {
  const model = MODELS["gru"]!();
  const engine = new StepEngine(model);
  const [sequence, frames] = [engine.start(), numbers(new Random(5), 30 * 5)];
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, t) => asked(engine, sequence, frames.subarray(t * 5, t * 5 + 5))),
  );
  assert.deepEqual(answers.flatMap((answer) => [...answer]), alone(model, frames, 30)); // prettier-ignore
});

test("a state that was saved goes on in another slot", async () => {
  const model = MODELS["gru"]!();
  const engine = new StepEngine(model);
  const frames = numbers(new Random(6), 20 * 5);
  const first = engine.start();
  await asked(engine, first, frames.subarray(0, 50), 10);
  const second = engine.start(engine.save(first));
  engine.close(first);
  const rest = await asked(engine, second, frames.subarray(50), 10);
  assert.deepEqual([...rest], alone(model, frames, 20).slice(30));
});

test("several inputs and outputs: a frame is one input after the other, an answer one output after the other", async () => {
  const [a, words] = [input({ shape: [null, 2], name: "a" }), input({ shape: [null], dtype: "int32", name: "words" })];
  const embedded = layers.embedding({ inputDim: 11, outputDim: 3 }).apply(words);
  const h = layers.gru({ units: 4 }).apply(layers.concatenate().apply([a, embedded]));
  const model = modelOf({ inputs: [a, words], outputs: [layers.dense({ units: 2 }).apply(h), h], seed: 7 });
  const engine = new StepEngine(model);
  assert.deepEqual(
    [engine.frameWidths, engine.outputShapes],
    [
      [2, 1],
      [[2], [4]],
    ],
  );
  const sequences = [0, 1, 2].map(() => engine.start());
  const frames = [[0.5, -1, 3], [2, 0.25, 10], [0, 0, 0]]; // prettier-ignore
  const answers = await Promise.all(sequences.map((s, i) => asked(engine, s, frames[i]!)));
  for (const [i, [x, y, word]] of frames.entries()) {
    const stream = model.stream();
    stream.step([x!, y!], [word!]);
    assert.deepEqual(
      [...answers[i]!],
      stream.outputs.flatMap((t) => [...t.data]),
    );
  }
});

test("steps that lead to no numbers fail alone, all of one request, and leave the state as it was", async () => {
  const model = sequential([layers.simpleRnn({ units: 3, activation: "linear", inputShape: [null, 1] })], { seed: 8 });
  const engine = new StepEngine(model);
  const [good, bad] = [engine.start(), engine.start()];
  await asked(engine, bad, [1]);
  const before = engine.save(bad);
  const [answer, refused] = await Promise.allSettled([asked(engine, good, [2]), asked(engine, bad, [3, Infinity], 2)]);
  assert.ok(refused.status === "rejected" && refused.reason instanceof NotFinite);
  assert.ok(answer.status === "fulfilled");
  assert.deepEqual([...answer.value], alone(model, [2], 1));
  assert.deepEqual(engine.save(bad), before);
});

test("a session that is closed while its steps wait gets an error, and the next one of its slot zeros", async () => {
  const model = MODELS["gru"]!();
  const engine = new StepEngine(model);
  const first = engine.start();
  const waiting = asked(engine, first, numbers(new Random(9), 10), 2);
  engine.close(first);
  const second = engine.start();
  const answer = asked(engine, second, new Float32Array(5).fill(1));
  await assert.rejects(waiting, SequenceClosed);
  assert.deepEqual([...(await answer)], alone(model, new Float32Array(5).fill(1), 1));
});

test("one long request lets others through", async () => {
  const engine = new StepEngine(MODELS["gru"]!());
  const order: string[] = [];
  const long = asked(engine, engine.start(), new Float32Array(5 * 20_000), 20_000).then(() => order.push("long"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await asked(engine, engine.start(), new Float32Array(5)).then(() => order.push("short"));
  await long;
  assert.deepEqual(order, ["short", "long"]);
});

test("a step allocates its answer and little else", async () => {
  const engine = new StepEngine(sequential([layers.gru({ units: 64, inputShape: [null, 3] })], { seed: 1 }));
  const [sequence, frames] = [engine.start(), new Float32Array(3 * 20_000)];
  await asked(engine, sequence, frames, 20_000); // tiers up
  const before = process.memoryUsage();
  await asked(engine, sequence, frames, 20_000);
  const heap = (process.memoryUsage().heapUsed - before.heapUsed) / 20_000;
  assert.ok(heap < 64, `${heap.toFixed(1)} bytes a step`);
});

test("1,000 open sequences of a GRU(128) are their states and little else", () => {
  const engine = new StepEngine(sequential([layers.gru({ units: 128, inputShape: [null, 40] })], { seed: 1 }));
  const before = process.memoryUsage();
  const open = Array.from({ length: 1000 }, () => engine.start());
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  assert.equal(open.length, engine.open);
  assert.ok(grown < 3e6, `${grown} bytes`);
});
