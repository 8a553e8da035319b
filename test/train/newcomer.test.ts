/** Mistakes and misunderstandings of first-time users: none may train wrongly without a word. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { callbacks, layers, losses, ops, sequential, tensor, type Tensor } from "../../src/index.js";
import { indices, normal } from "../support/data.js";

const x = normal([24, 4]);
const y = normal([24, 1], 2);
const flat = tensor(y.data.slice(), [24]);

function regressor(loss: Parameters<ReturnType<typeof sequential>["compile"]>[0]["loss"], metrics: never[] = []) {
  const m = sequential([layers.dense({ units: 1, inputShape: [4] })], { seed: 1, dtype: "float64" });
  m.compile({ optimizer: "sgd", loss, metrics });
  return m;
}
const squared = (a: Tensor, b: Tensor) => ops.mean(ops.square(ops.sub(a, b)));

test("labels [N] and [N, 1] mean the same to an own loss and an own metric", async () => {
  const results: Record<string, number[]>[] = [];
  for (const labels of [y, flat]) {
    const m = regressor(squared, [((a: Tensor, b: Tensor) => ops.abs(ops.sub(a, b))) as never]);
    results.push((await m.fit(x, labels, { epochs: 3, verbose: 0 })).history);
  }
  assert.deepEqual(results[0], results[1]);
  const builtIn = regressor("mse");
  const { loss } = (await builtIn.fit(x, y, { epochs: 3, verbose: 0 })).history;
  loss!.forEach((value, i) => assert.ok(Math.abs(value - results[0]!.loss![i]!) < 1e-12));
});

test("an own loss must say what each position costs where positions are masked or weighed", async () => {
  await assert.rejects(
    regressor(squared).fit(x, y, { sampleWeight: normal([24]), verbose: 0 }),
    /must return one value for each position, \[24\], got one number/,
  );
  const masked = sequential([
    layers.embedding({ inputDim: 9, outputDim: 3, maskZero: true, inputShape: [5] }),
    layers.gru({ units: 2, returnSequences: true }),
  ]);
  masked.compile({ optimizer: "sgd", loss: squared });
  await assert.rejects(
    masked.fit(indices([24, 5], 9), normal([24, 5, 2]), { verbose: 0 }),
    /with masks or weights it must return one value for each position/,
  );
});

test("an own loss that is cut off from the weights, or is no tensor, is refused", async () => {
  const detached = (a: Tensor, b: Tensor) =>
    tensor(
      Array.from(a.data, (v, i) => (v - b.data[i]!) ** 2),
      [24],
    );
  await assert.rejects(regressor(detached).fit(x, y, { verbose: 0 }), /no gradient reaches the weights from the loss/);
  await assert.rejects(
    regressor((() => 3) as never).fit(x, y, { verbose: 0 }),
    /expected a function that returns a tensor, got 3/,
  );
});

test("metrics without names get keys of their own", async () => {
  const first = (scale: number) => (a: Tensor, b: Tensor) => ops.mul(scale, ops.abs(ops.sub(a, b)));
  const m = regressor("mse", [first(1), first(2)] as never[]);
  const logs = await m.evaluate(x, y, { verbose: 0 });
  const [one, two] = Object.entries(logs).filter(([name]) => name !== "loss").map(([, value]) => value); // prettier-ignore
  assert.ok(Math.abs(two! - 2 * one!) < 1e-12, JSON.stringify(logs));
});

test("fractions are no indices", async () => {
  const m = sequential([layers.embedding({ inputDim: 9, outputDim: 3, inputShape: [2] })]);
  await assert.rejects(m.predict([[1, 4.5]]), /expected whole numbers, got 4\.5 at \[0, 1\]/);
});

test("a stateful model is not shuffled, and says so when asked to", async () => {
  const make = () => {
    const m = sequential([layers.gru({ units: 2, stateful: true, inputShape: [3, 2] })], { seed: 1 });
    m.compile({ optimizer: "sgd", loss: "mse" });
    return m;
  };
  const [data, target] = [normal([8, 3, 2]), normal([8, 2])];
  await assert.rejects(
    make().fit(data, target, { batchSize: 4, shuffle: true, verbose: 0 }),
    /shuffle must be .* false with the stateful layer "gru"/,
  );
  const [a, b] = [make(), make()];
  await a.fit(data, target, { batchSize: 4, verbose: 0 });
  await b.fit(data, target, { batchSize: 4, shuffle: false, verbose: 0 });
  assert.deepEqual(a.getWeights(), b.getWeights());
});

test("a list of { x, y } is a data set", async () => {
  const m = regressor("mse");
  const history = await m.fit(
    [
      { x, y },
      { x, y },
    ],
    { epochs: 2, verbose: 0 },
  );
  assert.equal(history.epoch.length, 2);
});

test("what cannot be a callback, a class or an option is named", async () => {
  const m = regressor("mse");
  await assert.rejects(
    m.fit(x, y, { callbacks: [5] as never, verbose: 0 }),
    /a callback must be a function or have one of onTrainBegin, .*, got 5/,
  );
  await assert.rejects(
    m.fit(x, y, { callbacks: [{ onEpochEnds() {} }] as never, verbose: 0 }),
    /a callback must be .*, got \{ onEpochEnds \}/,
  );
  await assert.rejects(
    m.fit(x, y, { shuffle: "no" as never, verbose: 0 }),
    /shuffle must be true or false.*, got "no"/,
  );
  assert.throws(() => m.compile(undefined as never), /compile: expected \{ optimizer, loss, metrics \}, got undefined/);
  const binary = sequential([layers.dense({ units: 1, activation: "sigmoid", inputShape: [4] })]);
  binary.compile({ optimizer: "sgd", loss: losses.binaryCrossentropy() });
  const labels = tensor(Float32Array.from({ length: 24 }, (_, i) => i % 2), [24, 1]); // prettier-ignore
  await assert.rejects(
    binary.fit(x, labels, { classWeight: { 7: 2 }, verbose: 0 }),
    /classWeight names class 7, but there are 2/,
  );
  await binary.fit(x, labels, { callbacks: callbacks.terminateOnNaN(), verbose: 0 });
});

test("the commonest wrong shapes come with their cure", async () => {
  const stack = [layers.gru({ units: 4, inputShape: [null, 2] }), layers.gru({ units: 2 })];
  assert.throws(() => sequential(stack), /got \[null, 4\]; a recurrent layer before it needs returnSequences: true/);
  const m = sequential([layers.gru({ units: 4, inputShape: [null, 2] })]);
  await assert.rejects(m.predict([[1, 2]]), /the first axis counts samples, so a single one is \[sample\]/);
});

test("a tensor shows its numbers on the console and in JSON", () => {
  assert.match(inspect(tensor([[1, 2], [3, 4]])), /^Tensor float32 \[2, 2\] \[1, 2, 3, 4\]$/); // prettier-ignore
  assert.equal(JSON.stringify({ t: tensor([[1, 2], [3, 4]]) }), '{"t":[[1,2],[3,4]]}'); // prettier-ignore
});
