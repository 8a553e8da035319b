/** Each mistake gives one clear error that names the argument, what was expected and what came, before any weight changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, layers, model, sequential, SluiceError, tensor } from "../../src/index.js";
import { normal, signTask } from "../support/data.js";

const { x, y } = signTask(20, 6, 3);
const classes = tensor(Int32Array.from({ length: 20 }, (_, i) => i % 3));

function make(loss: string, units = 1, activation = "sigmoid") {
  const m = sequential([layers.gru({ units: 4, inputShape: [6, 3] }), layers.dense({ units, activation })], {
    seed: 1,
  });
  m.compile({ optimizer: "adam", loss });
  return m;
}
const binary = () => make("binaryCrossentropy");
const softmax = () => make("sparseCategoricalCrossentropy", 3, "softmax");
const withNaN = tensor(
  x.data.map((v, i) => (i === 25 ? NaN : v)),
  x.shape,
);

type Make = () => ReturnType<typeof make>;
const fits: [string, Make, unknown, unknown, object, RegExp][] = [
  ["rank of x", binary, normal([20, 3]), y, {}, /fit: input "input_layer" must be \[null, 6, 3\], got \[20, 3\]/],
  ["time of x", binary, normal([20, 5, 3]), y, {}, /must be \[null, 6, 3\], got \[20, 5, 3\]/],
  ["features of x", binary, normal([20, 6, 2]), y, {}, /must be \[null, 6, 3\], got \[20, 6, 2\]/],
  ["NaN in x", binary, withNaN, y, {}, /fit: input "input_layer": expected finite numbers, got NaN at \[1, 2, 1\]/],
  ["infinity in y", binary, x, tensor(y.data.map(() => Infinity), [20, 1]), {}, /fit: y: expected finite numbers, got Infinity at \[0, 0\]/],
  ["no samples", binary, tensor(new Float32Array(0), [0, 6, 3]), tensor(new Float32Array(0), [0, 1]), {}, /the data set is empty, got \[0, 6, 3\]/],
  ["lengths of x and y", binary, x, tensor(y.data.slice(1), [19, 1]), {}, /must have the same number of samples; x "input_layer" has 20, y has 19/],
  ["y left out", binary, x, undefined, {}, /fit: expected targets y, got nothing/],
  ["x is null", binary, null, y, {}, /fit: expected data, got null/],
  ["x is text", binary, "data", y, {}, /fit: .*expected numbers in nested arrays or a typed array, got "data"/],
  ["ragged rows", binary, [[[1, 2, 3]], [[1, 2]]], y, {}, /rows must have equal lengths: expected 3 entries on axis 2, got 2 entries/],
  ["shape of y", softmax, x, normal([20, 2]), {}, /fit: y/],
  ["label outside the classes", softmax, x, tensor(Int32Array.from({ length: 20 }, (_, i) => (i === 7 ? 3 : 0))), {}, /3/],
  ["negative label", softmax, x, tensor(Int32Array.from({ length: 20 }, () => -1)), {}, /-1/],
  ["fractional label", softmax, x, tensor(classes.data.map((v) => v) as never, [20], "float32").toHost() && tensor(Float32Array.from({ length: 20 }, () => 0.5)), {}, /0\.5/],
  ["binary label 2", binary, x, tensor(y.data.map(() => 2), [20, 1]), {}, /2/],
  ["unknown option", binary, x, y, { epoch: 3 }, /fit: unknown option "epoch"; did you mean "epochs"\?/],
  ["epochs", binary, x, y, { epochs: 1.5 }, /fit: epochs must be a whole number of at least 0, got 1\.5/],
  ["batchSize", binary, x, y, { batchSize: 0 }, /fit: batchSize must be a whole number of at least 1, got 0/],
  ["validationSplit", binary, x, y, { validationSplit: 2 }, /fit: validationSplit must be a number from 0 to 1, got 2/],
  ["both validations", binary, x, y, { validationSplit: 0.5, validationData: [x, y] }, /fit: give validationData or validationSplit, not both/],
  ["validation of the wrong shape", binary, x, y, { validationData: [normal([4, 6, 2]), y] }, /fit: validationData: input "input_layer" must be/],
  ["classWeight", binary, x, y, { classWeight: { a: 1 } }, /fit: classWeight maps class numbers to factors/],
  ["sampleWeight", binary, x, y, { sampleWeight: normal([19]) }, /must have the same number of samples/],
  ["verbose", binary, x, y, { verbose: 7 }, /verbose/],
]; // prettier-ignore
for (const [what, create, data, target, options, message] of fits) {
  test(`fit: ${what}`, async () => {
    const m = create();
    const before = m.getWeights();
    await assert.rejects(m.fit(data as never, target as never, { verbose: 0, ...options }), (error: Error) => {
      assert.ok(error instanceof SluiceError, error.stack);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(m.getWeights(), before);
  });
}

const compiles: [string, () => unknown, RegExp][] = [
  ["unknown loss", () => make("crossentropy"), /there is no loss "crossentropy"/],
  ["a loss that does not fit one unit", () => make("sparseCategoricalCrossentropy", 1), /sparseCategoricalCrossentropy/],
  ["unknown optimizer", () => binary().compile({ optimizer: "adamm", loss: "mse" }), /there is no optimizer "adamm"; did you mean "adam"\?/],
  ["unknown metric", () => binary().compile({ loss: "mse", metrics: ["acuracy"] }), /there is no metric "acuracy"; did you mean "accuracy"\?/],
  ["unknown option", () => binary().compile({ loss: "mse", optimiser: "adam" } as never), /compile: unknown option "optimiser"; did you mean "optimizer"\?/],
  ["too many losses", () => binary().compile({ loss: ["mse", "mse"] }), /compile: loss has 2 entries for 1 outputs/],
]; // prettier-ignore
for (const [what, act, message] of compiles) test(`compile: ${what}`, () => assert.throws(act, message));

test("fit before compile", async () => {
  const m = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  await assert.rejects(
    (async () => m.fit(normal([4, 2]), normal([4, 1])))(),
    /call compile\(\{ optimizer, loss \}\) first/,
  );
});

test("predict names wrong shapes, NaN and missing inputs", async () => {
  const m = binary();
  await assert.rejects(
    m.predict(normal([2, 6, 4])),
    /predict: input "input_layer" must be \[null, 6, 3\], got \[2, 6, 4\]/,
  );
  await assert.rejects(m.predict(withNaN), /got NaN at \[1, 2, 1\]/);
  const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [2], name: "b" })];
  const two = model({ inputs: [a, b], outputs: layers.add({}).apply([a, b]) });
  await assert.rejects(two.predict({ a: normal([3, 2]) }), /the data of input "b" is missing/);
  await assert.rejects(two.predict({ a: normal([3, 2]), c: normal([3, 2]) }), /no input "c"; there are a, b/);
  await assert.rejects(two.predict([normal([3, 2]), normal([4, 2])]), /a has 3, b has 4/);
});

test("a loss that is not finite is named with epoch, step and layer, and changes no weight", async () => {
  const m = binary();
  const before = m.getWeights();
  before[0]!.data[5] = NaN;
  m.setWeights(before);
  await assert.rejects(
    m.fit(x, y, { verbose: 0 }),
    /the loss is NaN at epoch 1, step 1; .* weight "kernel" of GRU "gru"/,
  );
  assert.deepEqual(m.getWeights(), before);
  const exploding = make("mse", 1, "exponential");
  exploding.getLayer("dense").parameters[1]!.assign([200]);
  await assert.rejects(exploding.fit(x, y, { verbose: 0 }), /first values that are not finite come from Dense "dense"/);
});

test("a second fit while the first one runs is refused, and a new one after it is not", async () => {
  const m = binary();
  const first = m.fit(x, y, { epochs: 3, verbose: 0 });
  await assert.rejects(m.fit(x, y, { verbose: 0 }), /fit: Sequential is being trained already; await the first fit/);
  await first;
  await m.fit(x, y, { verbose: 0 });
});
