/** ‖∂L/∂h_t‖ for every step: against what a linear network must give, against finite differences, and as a picture. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  callbacks,
  layers,
  plotGradientNorms,
  sequential,
  tensor,
  type Layer,
  type Logs,
  type Model,
} from "../../src/index.js";
import { normal } from "../support/data.js";
import { wellFormed } from "../runs/svg.js";

const { bidirectional, dense, gru, gruCell, lstm, masking, rnn, simpleRnn } = layers;
const [B, T, D, H] = [3, 7, 2, 4];

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(Math.abs(e), 1e-6), `step ${i}: ${a} instead of ${e}`);
  }
}

test("a linear network: the gradient shrinks by |u| with each step back", async () => {
  for (const u of [0.5, 1.5]) {
    const model = sequential([
      simpleRnn({ units: 1, activation: "linear", useBias: false, inputShape: [T, 1], name: "linear" }),
    ]);
    model.setWeights([[[0.3]], [[u]]]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const [x, y] = [normal([1, T, 1]), tensor([[2]])];
    const { data } = await model.predict(x);
    const seen = callbacks.gradientNorms();
    let logs: Logs = {};
    const after = (_: number, values: Logs) => void (logs = { ...values });
    await model.fit(x, y, { callbacks: [seen, after], verbose: 0 });
    const last = Math.abs(2 * (data[0]! - 2)); // L = (h_T − y)²
    const expected = Array.from({ length: T }, (_, t) => last * u ** (T - 1 - t));
    assert.deepEqual(
      seen.records.map(({ epoch, step, layer }) => [epoch, step, layer]),
      [[0, 0, "linear"]],
    );
    assertNear(seen.records[0]!.norms, expected, 1e-5);
    assert.ok(Math.abs(logs.gradientRatio_linear! / u ** (T - 1) - 1) < 1e-5);
    assert.equal(model.scan, undefined);
  }
});

/** By central differences of the loss as a function of each state; a simple RNN's equation written out. */
async function normsByDifferences(
  layer: () => Layer,
  x: number[][][],
  y: number[][][],
  reverse: boolean,
): Promise<number[]> {
  const order = Array.from({ length: T }, (_, s) => (reverse ? T - 1 - s : s));
  const norms = new Array<number>(T);
  const drawn = sequential([layer()], { seed: 1, dtype: "float64" });
  const [W, U, b] = drawn.getWeights().map((w) => w.toArray() as number[][]);
  const step = (h: number[], input: number[]) =>
    h.map((_, j) => {
      const at = (m: number[][], v: number[]) => v.reduce((sum, value, i) => sum + value * m[i]![j]!, 0);
      return Math.tanh(at(W!, input) + at(U!, h) + (b as unknown as number[])[j]!);
    });
  for (let s = 0; s < T; s++) {
    let sum = 0;
    for (let row = 0; row < B; row++) {
      let h = new Array<number>(H).fill(0);
      for (const t of order.slice(0, s + 1)) h = step(h, x[row]![t]!);
      const loss = (start: number[]) => {
        let [state, total] = [start, 0];
        for (const t of order.slice(s)) {
          if (t !== order[s]) state = step(state, x[row]![t]!);
          total += state.reduce((error, value, j) => error + (value - y[row]![t]![j]!) ** 2, 0);
        }
        return total / (B * T * H);
      };
      for (let j = 0; j < H; j++) {
        const nudged = (by: number) => loss(h.map((value, i) => (i === j ? value + by : value)));
        sum += ((nudged(1e-6) - nudged(-1e-6)) / 2e-6) ** 2;
      }
    }
    norms[order[s]!] = Math.sqrt(sum);
  }
  return norms;
}

test("a network with outputs at all steps, in both directions: finite differences", async () => {
  const [x, y] = [normal([B, T, D]), normal([B, T, H], 2)];
  for (const goBackwards of [false, true]) {
    const make = () => simpleRnn({ units: H, returnSequences: true, goBackwards, inputShape: [T, D], name: "rnn" });
    const model = sequential([make()], { seed: 1, dtype: "float64" });
    model.compile({ optimizer: "sgd", loss: "mse" });
    const seen = callbacks.gradientNorms();
    await model.fit(x, y, { callbacks: seen, verbose: 0, batchSize: B });
    // A sequence that runs backwards comes out in running order.
    const target = y.toArray() as number[][][];
    const turned = goBackwards ? target.map((row) => row.toReversed()) : target;
    const expected = await normsByDifferences(make, x.toArray() as number[][][], turned, goBackwards);
    assertNear(seen.records[0]!.norms, expected, 1e-6);
  }
});

function norms(
  make: () => Layer,
  masked: boolean,
): Promise<{ records: readonly { layer: string; norms: Float64Array }[]; model: Model }> {
  const x = normal([B, T, D]);
  if (masked)
    x.data
      .fill(0, 0, 3 * D)
      .fill(0, (T + 2) * D, (T + 5) * D)
      .fill(0, 2 * T * D + 5 * D, 3 * T * D);
  const inputShape = [T, D];
  const front = masked
    ? [masking({ maskValue: 0, inputShape })]
    : [layers.activation({ activation: "linear", inputShape })];
  const model = sequential([...front, make()], { seed: 1, dtype: "float64" });
  model.compile({ optimizer: "sgd", loss: "mse" });
  const seen = callbacks.gradientNorms();
  const y = normal([B, ...(model.outputs[0]!.shape.slice(1) as number[])], 3);
  return model.fit(x, y, { callbacks: seen, verbose: 0, batchSize: B }).then(() => ({ records: seen.records, model }));
}

test("the fused way and small operations see the same norms, with masks; training itself is not changed", async () => {
  const common = { units: H, recurrentDropout: 0.2, seed: 4 };
  for (const masked of [false, true])
    for (const returnSequences of [false, true])
      for (const options of [{}, { zeroOutputForMask: true }, { goBackwards: true }]) {
        const how = { returnSequences, ...options };
        const fused = await norms(() => gru({ ...common, ...how, name: "a" }), masked);
        const stepwise = await norms(() => rnn({ cell: new StepwiseCell(common), ...how, name: "a" }), masked);
        assertNear(stepwise.records[0]!.norms, fused.records[0]!.norms, 1e-9);
        const shown = Math.max(...fused.records[0]!.norms);
        assert.ok(shown > 0);
        const weights = stepwise.model.getWeights();
        for (const [i, w] of fused.model.getWeights().entries()) assertNear(weights[i]!.data, w.data, 1e-9);
      }
});

const StepwiseCell = class extends (gruCell({ units: 1 }).constructor as new (
  config: object,
) => ReturnType<typeof gruCell>) {
  override get fused(): null {
    return null;
  }
};

test("every n-th batch, several layers, inner layers, carried states", async () => {
  const model = sequential(
    [
      bidirectional({ layer: lstm({ units: 3, returnSequences: true }), inputShape: [null, D] } as never),
      gru({ units: 3, returnSequences: true, name: "top" }),
      dense({ units: 1 }),
    ],
    { seed: 2 },
  );
  model.compile({ optimizer: "adam", loss: "mse" });
  const seen = callbacks.gradientNorms({ every: 2 });
  await model.fit(normal([10, T, D]), normal([10, T, 1]), { batchSize: 2, epochs: 2, callbacks: seen, verbose: 0 });
  const steps = seen.records.filter(({ layer }) => layer === "top").map(({ epoch, step }) => `${epoch}.${step}`);
  assert.deepEqual(steps, ["0.0", "0.2", "0.4", "1.0", "1.2", "1.4"]);
  const names = [...new Set(seen.records.map(({ layer }) => layer))].sort();
  assert.deepEqual(names, ["bidirectional/backward_layer", "bidirectional/forward_layer", "top"]);
  assert.ok(seen.records.every((r) => r.norms.length === T && r.norms.every((v) => v > 0)));

  const long = sequential([gru({ units: 3, returnSequences: true, inputShape: [null, D] }), dense({ units: 1 })]);
  long.compile({ optimizer: "adam", loss: "mse" });
  const pieces = callbacks.gradientNorms({ every: 1 });
  await long.fit(normal([2, 10, D]), normal([2, 10, 1]), { tbptt: 4, callbacks: pieces, verbose: 0 });
  assert.deepEqual(
    pieces.records.map((r) => r.norms.length),
    [4, 4, 2],
  );
});

test("plotGradientNorms draws a panel for each layer, a line for each batch", async () => {
  const record = (layer: string, step: number) => ({
    epoch: 0,
    step,
    layer,
    norms: Float64Array.from({ length: 5 }, (_, t) => 10 ** (t - step - 4)),
  });
  const all = Array.from({ length: 20 }, (_, step) => [record("gru", step), record("lstm", step)]).flat();
  const texts = wellFormed(await plotGradientNorms(all));
  assert.equal(texts[0], "gradient at the states of gru; gradient at the states of lstm");
  assert.match(texts[1]!, /20 batches. In the last one: 1\.00e-23 at the first step, 1\.00e-19 at the last\./);
  assert.equal(texts.filter((text) => text === "epoch 1, batch 20").length, 2);
  assert.equal(texts.filter((text) => text.startsWith("epoch 1, batch")).length, 12);
  await assert.rejects(
    plotGradientNorms([]),
    /plotGradientNorms: expected the records of callbacks\.gradientNorms\(\), got/,
  );
});

test("a model without recurrent layers, and wrong options, are errors", async () => {
  assert.throws(() => callbacks.gradientNorms({ every: 0 }), {
    message: "gradientNorms: every must be a whole number of at least 1, got 0",
  });
  const model = sequential([dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: "adam", loss: "mse" });
  const fit = model.fit(normal([2, 2]), normal([2, 1]), { callbacks: callbacks.gradientNorms(), verbose: 0 });
  await assert.rejects(fit, { message: "gradientNorms: the model has no recurrent layer" });
});
