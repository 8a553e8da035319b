/** Truncated back-propagation through time: pieces, carried states, and what an epoch's values are made of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { input, layers, model, sequential, type Layer, type Model, type Tensor } from "../../src/index.js";
import { streams } from "../../src/data/index.js";
import { tensor } from "../../src/tensor/make.js";
import { indices, largestDifference, normal } from "../support/data.js";

const { bidirectional, dense, embedding, gru, lstm, masking, simpleRnn, timeDistributed } = layers;
const [N, T, D] = [4, 10, 3];

interface NetworkOptions {
  stateful?: boolean;
  masked?: boolean;
  checkpointEvery?: number;
}

function network({ stateful = false, masked = false, checkpointEvery }: NetworkOptions = {}): Model {
  const options = { returnSequences: true, stateful, checkpointEvery: checkpointEvery ?? null };
  const inputShape = [null, D];
  const made = sequential(
    [
      ...(masked ? [masking({ maskValue: 0, inputShape })] : []),
      gru({ units: 5, ...(masked ? {} : { inputShape }), ...options }),
      lstm({ units: 4, ...options }),
      dense({ units: 2 }),
    ],
    { seed: 5 },
  );
  made.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  return made;
}

/** Steps from … to of [N, T, K]. */
function steps(t: Tensor, from: number, to: number): Tensor {
  const [n, length, width] = t.shape as [number, number, number];
  const parts = Array.from({ length: n }, (_, i) =>
    Array.from(t.data.subarray((i * length + from) * width, (i * length + to) * width)),
  );
  return tensor(Float32Array.from(parts.flat()), [n, to - from, width]);
}

function assertWeightsEqual(a: Model, b: Model): void {
  for (const [i, w] of a.getWeights().entries()) assert.deepEqual(b.getWeights()[i]!.data, w.data, `weight ${i}`);
}

test("pieces are the batches that a stateful model would be given by hand, and the epoch is their mean by positions", async () => {
  const [x, y] = [normal([N, T, D], 1), normal([N, T, 2], 2)];
  const cuts = [0, 4, 8, 10];
  const byHand = network({ stateful: true });
  const sums = { loss: 0, mae: 0 };
  for (const rows of [
    [0, 2],
    [2, 4],
  ] as const) {
    byHand.resetStates();
    for (const [k, from] of cuts.slice(0, -1).entries()) {
      const part = (t: Tensor) => {
        const piece = steps(t, from, cuts[k + 1]!);
        const row = piece.size / N;
        return tensor(piece.data.slice(rows[0] * row, rows[1] * row), [2, ...piece.shape.slice(1)]);
      };
      const logs = await byHand.trainOnBatch(part(x), part(y));
      for (const key of ["loss", "mae"] as const) sums[key] += logs[key]! * 2 * (cuts[k + 1]! - from);
    }
  }
  const cut = network();
  let updates = 0;
  const callbacks = { onBatchEnd: () => void updates++ };
  const options = { tbptt: 4, batchSize: 2, shuffle: false, verbose: 0, callbacks } as const;
  const { history } = await cut.fit(x, y, options);
  assertWeightsEqual(byHand, cut);
  assert.equal(updates, 6);
  assert.ok(Math.abs(history.loss![0]! - sums.loss / (N * T)) < 1e-6);
  assert.ok(Math.abs(history.mae![0]! - sums.mae / (N * T)) < 1e-6);
});

test("one piece as long as the sequences is plain training; masks and sample weights are cut with them", async () => {
  const x = normal([N, T, D], 1);
  x.data.fill(0, 3 * D, 5 * D).fill(0, (T + 6) * D, 2 * T * D);
  const y = normal([N, T, 2], 2);
  const sampleWeight = tensor(
    Float32Array.from({ length: N * T }, (_, i) => 1 + (i % 3)),
    [N, T],
  );
  const train = async (tbptt: number | undefined) => {
    const made = network({ masked: true });
    const options = { sampleWeight, batchSize: 2, epochs: 2, verbose: 0, ...(tbptt ? { tbptt } : {}) } as const;
    const { history } = await made.fit(x, y, options);
    return { made, history };
  };
  const [plain, whole] = [await train(undefined), await train(T)];
  assertWeightsEqual(plain.made, whole.made);
});

test("loss and metrics of pieces are those of the whole sequences: with masks, a shorter last piece, rows that end early", async () => {
  const x = normal([N, T, D], 1);
  x.data.fill(0, 0, 2 * D).fill(0, (T + 3) * D, 2 * T * D); // row 0 begins late; row 1 ends before the second piece
  const y = normal([N, T, 2], 2);
  for (const masked of [false, true]) {
    const made = network({ masked });
    const whole = await made.evaluate(x, y, { batchSize: N });
    const pieces = await made.evaluate(x, y, { batchSize: N, tbptt: 4 });
    for (const key of ["loss", "mae"]) assert.ok(Math.abs(whole[key]! - pieces[key]!) < 1e-6, key);
    const alone = await made.evaluate(steps(x, 4, 8), steps(y, 4, 8));
    assert.notEqual(alone.loss!.toFixed(4), pieces.loss!.toFixed(4));
  }
});

test("validation carries its states, and training goes on with those of the sequences", async () => {
  const [x, y] = [normal([N, T, D], 1), normal([N, T, 2], 2)];
  const made = network();
  const { history } = await made.fit(x, y, { tbptt: 3, epochs: 2, validationData: [x, y], verbose: 0 });
  const after = await made.evaluate(x, y);
  assert.ok(Math.abs(history.val_loss![1]! - after.loss!) < 1e-6, "val_loss is that of whole sequences");
  assert.equal(made.scan, undefined);
  const other = network();
  await other.fit(x, y, { tbptt: 3, epochs: 2, verbose: 0 });
  assertWeightsEqual(made, other);
});

test("data sets, indices, static inputs and checkpoints", async () => {
  const [words, flags] = [input({ shape: [null], dtype: "int32" }), input({ shape: [6] })];
  const vectors = embedding({ inputDim: 9, outputDim: 3 }).apply(words) as never;
  const run = simpleRnn({ units: 6, returnSequences: true }).apply(vectors) as never;
  const scaled = layers.multiply().apply([run, layers.reshape({ targetShape: [1, 6] }).apply(flags) as never]) as never;
  const made = model({
    inputs: [words, flags],
    outputs: dense({ units: 9, activation: "softmax" }).apply(scaled) as never,
    seed: 4,
  });
  made.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const batch = { x: [indices([3, 7], 9), normal([3, 6])], y: indices([3, 7], 9, 2) };
  let updates = 0;
  const counting = { onBatchEnd: () => void updates++ };
  await made.fit([batch, batch], { tbptt: 2, verbose: 0, callbacks: counting });
  assert.equal(updates, 2 * 4);

  const [x, y] = [normal([N, 130, D], 1), normal([N, 130, 2], 2)];
  const [plain, kept] = [network(), network({ checkpointEvery: 64 })];
  for (const each of [plain, kept]) await each.fit(x, y, { tbptt: 100, verbose: 0 });
  assertWeightsEqual(plain, kept);
});

test("streams cuts one series into stretches side by side", () => {
  const cut = streams(
    Int32Array.from({ length: 14 }, (_, i) => i),
    4,
  );
  assert.deepEqual(cut.shape, [4, 3]);
  assert.equal(cut.dtype, "int32");
  assert.deepEqual(cut.toArray(), [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
    [9, 10, 11],
  ]);
  assert.deepEqual(streams(normal([9, 2]), 3).shape, [3, 3, 2]);
  assert.throws(() => streams([1, 2], 3), { message: "streams: expected a series of at least 3 steps, got [2]" });
  assert.throws(() => streams([1, 2], 0), { message: "streams: count must be a whole number of at least 1, got 0" });
});

test("a state that is carried is told from the past: what lies before the cut changes outputs after it", async () => {
  const made = network();
  const [x, y] = [normal([1, T, D], 1), normal([1, T, 2], 2)];
  const other = tensor(x.data.slice().fill(0.7, 0, D), x.shape);
  const [a, b] = [await made.evaluate(x, y, { tbptt: 5 }), await made.evaluate(other, y, { tbptt: 5 })];
  assert.ok(largestDifference([a.loss!], [b.loss!]) > 0);
});

test("what cannot be cut is an error before anything is computed", async () => {
  const [x, y] = [normal([2, 6, D]), normal([2, 6, 2])];
  const fit = (made: Model, targets: Tensor = y, tbptt = 3) => {
    made.compile({ optimizer: "adam", loss: "mse" });
    return made.fit(x, targets, { tbptt, verbose: 0 });
  };
  const chain = (...list: Layer[]) => sequential([...list, dense({ units: 2 })]);
  const inputShape = [null, D];
  const options = { units: 4, returnSequences: true, inputShape };
  await assert.rejects(fit(chain(gru(options)), y, 0), {
    message: "fit: tbptt must be a whole number of at least 1, got 0",
  });
  await assert.rejects(fit(chain(gru({ ...options, goBackwards: true }))), {
    message: 'fit: tbptt cannot carry the state of GRU "gru": it runs backwards in time',
  });
  await assert.rejects(fit(chain(bidirectional({ layer: gru(options) }))), {
    message:
      'fit: tbptt cannot carry the state of Bidirectional "bidirectional": one direction runs backwards, from steps that have not come yet',
  });
  await assert.rejects(fit(chain(dense({ units: 4, inputShape }))), {
    message: "fit: tbptt needs a recurrent layer, whose state is carried",
  });
  const inner = sequential([gru({ units: 2, inputShape: [4, 1] })]);
  const nested = timeDistributed({ layer: inner, inputShape: [null, 4, 1] } as never);
  await assert.rejects(fit(chain(nested)), { message: /^fit: tbptt cannot carry the state of TimeDistributed/ });
  await assert.rejects(fit(chain(gru({ ...options, inputShape: [6, D] }))), {
    message: /the time axis of input ".*" must be null, got \[null, 6, 3\]$/,
  });
  await assert.rejects(fit(chain(gru({ ...options, returnSequences: false })), normal([2, 2])), {
    message: "fit: tbptt needs sequences [N, T, …] with targets at every step, got x [2, 6, 3] and y [2, 2]",
  });
  const repeated = chain(gru({ ...options, returnSequences: false }), layers.repeatVector({ n: 6 }));
  await assert.rejects(fit(repeated), {
    message:
      'fit: tbptt needs an output at every step, got [null, 6, 2] from Dense "dense" for pieces of 3 steps; recurrent layers need returnSequences: true',
  });
});
