import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential } from "../../src/index.js";
import { largestDifference, normal } from "../support/data.js";

const make = (units = 8) =>
  sequential(
    [
      layers.gru({ units, inputShape: [null, 3], returnSequences: true }),
      layers.lstm({ units: 5 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 4 },
  );

test("stepping gives what predict gives for the whole sequence", async () => {
  const m = make();
  const x = normal([2, 12, 3]);
  const whole = await m.predict(x);
  const stream = m.stream({ batch: 2 });
  let last = whole;
  for (let t = 0; t < 12; t++)
    last = stream.step([0, 1].flatMap((b) => [...x.data.subarray((b * 12 + t) * 3, (b * 12 + t) * 3 + 3)]));
  assert.ok(largestDifference(last.data, whole.data) < 1e-6);
});

test("state, restore and fork continue from where they were taken", () => {
  const stream = make().stream();
  const frames = normal([20, 3]).data;
  const frame = (t: number) => frames.subarray(t * 3, t * 3 + 3);
  for (let t = 0; t < 10; t++) stream.step(frame(t));
  const saved = stream.state();
  const fork = stream.fork();
  const go = (s: typeof stream) => Array.from({ length: 10 }, (_, i) => [...s.step(frame(10 + i)).data]);
  const first = go(stream);
  assert.deepEqual(go(fork), first);
  assert.deepEqual(go(stream.restore(saved)), first);
  stream.reset();
  assert.notDeepEqual(go(stream), first);
});

test("states are read and replaced in place, one sequence at a time", () => {
  const [pair, alone] = [make().stream({ batch: 2 }), make().stream()];
  const frames = normal([6, 3]).data;
  const frame = (t: number) => [...frames.subarray(t * 3, t * 3 + 3)];
  for (let t = 0; t < 5; t++) alone.step(frame(t));
  pair.step([...frame(5), ...frame(5)]);
  // The second sequence goes on from where the stream of its own stands.
  for (const [i, state] of pair.states.entries()) state.data.set(alone.states[i]!.data, state.size / 2);
  const [first, second] = [[...make().stream().step(frame(5)).data], [...alone.step(frame(5)).data]];
  assert.notDeepEqual(first, second);
  assert.deepEqual(Array.from(pair.step([...frame(5), ...frame(5)]).data.slice(2)), second);
});

test("a step allocates nothing", () => {
  const stream = make(64).stream();
  const frame = new Float32Array(3);
  const steps = (n: number) => {
    for (let i = 0; i < n; i++) stream.step(frame);
  };
  steps(20_000); // tiers up
  const before = process.memoryUsage().heapUsed;
  steps(20_000);
  const perStep = (process.memoryUsage().heapUsed - before) / 20_000;
  assert.ok(perStep < 64, `${perStep.toFixed(1)} bytes a step`);
});

test("what cannot be streamed is refused with the reason", () => {
  const bidirectional = sequential([layers.bidirectional({ layer: layers.gru({ units: 2 }), inputShape: [null, 2] })]);
  assert.throws(
    () => bidirectional.stream(),
    /stream: Bidirectional "bidirectional" cannot be run step by step, because /,
  );
  const backwards = sequential([layers.gru({ units: 2, goBackwards: true, inputShape: [null, 2] })]);
  assert.throws(() => backwards.stream(), /because it runs backwards in time/);
});

test("a frame of the wrong size and a foreign state are named", () => {
  const stream = make().stream();
  assert.throws(() => stream.step([1, 2]), /a frame must have 3 numbers \(\[1, 1, 3\]\), got 2/);
  assert.throws(() => stream.step(), /expected 1 frames, got 0/);
  assert.throws(() => stream.restore([new Float32Array(2)]), /the state does not fit this model/);
});
