/** Units: held at values, ranked by their worth, and matched with passages. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { input, ragged, sequential, tensor, type Model } from "sluice";
import { ablate, clamp, fromJson, matchUnits, rankUnits, toJson, trace, type Trace } from "sluice/explain";
import { bidirectional, dense, embedding, gru, lstm, simpleRnn } from "sluice/layers";
import { assertClose, draw, shake } from "./support.js";

const D = 2;
const H = 4;

const series = (N: number, T: number, seed = 5) => tensor(draw(N * T * D, seed), [N, T, D]);

/** h = tanh(W x + U h₋ + b) by hand, some units held. */
function simpleByHand(m: Model, x: ArrayLike<number>, T: number, held: Readonly<Record<number, number>>): number[] {
  const [W, U, b, V, c] = m.getWeights().map((w) => w.data) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array]; // prettier-ignore
  const hold = (h: number[]) => h.map((v, j) => held[j] ?? v);
  let h = hold(new Array<number>(H).fill(0));
  for (let t = 0; t < T; t++) {
    h = hold(h.map((_, j) => {
      let a = b[j]!;
      for (let d = 0; d < D; d++) a += x[t * D + d]! * W[d * H + j]!;
      for (let i = 0; i < H; i++) a += h[i]! * U[i * H + j]!;
      return Math.tanh(a);
    })); // prettier-ignore
  }
  return [0, 1].map((k) => h.reduce((sum, v, j) => sum + v * V[j * 2 + k]!, c[k]!));
}

describe("clamp and ablate", () => {
  test("a simple network by hand, whatever is held", async () => {
    const m = shake(
      sequential([input({ shape: [null, D] }), simpleRnn({ units: H, name: "rnn" }), dense({ units: 2 })]),
    );
    const pins = fc.dictionary(
      fc.integer({ min: 0, max: H - 1 }).map(String),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    await fc.assert(
      fc.asyncProperty(
        pins,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 999 }),
        async (held, T, seed) => {
          const x = series(2, T, seed);
          const found = await clamp(m, x, { rnn: held });
          for (const [i, y] of found.entries()) {
            assertClose(y, simpleByHand(m, x.data.subarray(i * T * D), T, held), `sample ${i}`, 1e-5);
          }
        },
      ),
      { numRuns: 30, seed: 8 },
    );
  });

  test("nothing held is predict; a unit held where it is changes nothing", async () => {
    const stack = [
      bidirectional({ layer: gru({ units: 3, returnSequences: true }), name: "both" }),
      lstm({ units: H, name: "top" }),
    ];
    const m = shake(
      sequential([embedding({ inputDim: 8, outputDim: D, maskZero: true }), ...stack, dense({ units: 2 })]),
    );
    const x = tensor(new Int32Array([0, 1, 2, 3, 4, 5, 0, 0]), [2, 4]);
    const y = await m.predict(x);
    assertClose((await clamp(m, x, {})).flatMap((v) => [...v]), y.data, "free", 0); // prettier-ignore
    // One step alone: the state after it is what it is held at.
    const one = tensor(new Int32Array([6]), [1, 1]);
    const [t] = await trace(m, one);
    const at = t!.layers.find((l) => l.layer === "both/backward")!.signals["state"]!;
    const held = Object.fromEntries([...at].map((v, j) => [j, v]));
    assertClose((await clamp(m, one, { "both/backward": held }))[0]!, t!.output, "held where it is", 1e-6);
    const changed = await clamp(m, x, { "both/backward": { 0: 0.9 }, top: { 1: -0.9 } });
    const traced = await trace(m, x, { pins: { "both/backward": { 0: 0.9 }, top: { 1: -0.9 } } });
    for (const i of [0, 1]) {
      assertClose(changed[i]!, traced[i]!.output, "clamp and trace", 1e-6);
      assert.ok(Math.abs(changed[i]![0]! - y.data[i * 2]!) > 1e-4);
    }
  });

  test("sequences of unequal length are each as if alone", async () => {
    const m = shake(
      sequential([input({ shape: [null, D] }), gru({ units: H, goBackwards: true }), dense({ units: 1 })]),
    );
    const parts = [3, 6, 1].map((n, i) => tensor(draw(n * D, i), [n, D]));
    const together = await clamp(m, ragged(parts), { gru: { 2: 0.5 } });
    for (const [i, part] of parts.entries()) {
      const [alone] = await clamp(m, tensor(part.data, [1, ...part.shape]), { gru: { 2: 0.5 } });
      assertClose(together[i]!, alone!, `sample ${i}`, 1e-6);
    }
  });

  test("ablate holds at 0, at a value, at the mean", async () => {
    const m = shake(sequential([input({ shape: [null, D] }), gru({ units: H }), dense({ units: 1 })]));
    const x = series(3, 5);
    const flat = (ys: readonly ArrayLike<number>[]) => ys.flatMap((y) => Array.from(y));
    assert.deepEqual(flat(await ablate(m, x, { units: [1, 3] })), flat(await clamp(m, x, { gru: { 1: 0, 3: 0 } })));
    assert.deepEqual(
      flat(await ablate(m, x, { units: 1, value: 0.25 })),
      flat(await clamp(m, x, { gru: { 1: 0.25 } })),
    );
    const states = (await trace(m, x)).flatMap((t) => [...t.layers[0]!.signals["state"]!]);
    const mean = states.filter((_, i) => i % H === 1).reduce((a, b) => a + b, 0) / 15;
    assertClose(
      flat(await ablate(m, x, { units: 1, value: "mean" })),
      flat(await clamp(m, x, { gru: { 1: mean } })),
      "mean",
      1e-7,
    );
    await assert.rejects(ablate(m, x, { units: 4 }), /gru has units 0 to 3, got 4/);
    await assert.rejects(
      ablate(m, x, { units: 0, value: "median" as "mean" }),
      /finite number or "mean", got "median"/,
    );
    const two = sequential([input({ shape: [null, D] }), gru({ units: 2, returnSequences: true }), gru({ units: 2 })]);
    await assert.rejects(ablate(two, x, { units: 0 }), /name the layer; there are gru, gru_1/);
  });
});

describe("rankUnits", () => {
  /** The output is 3 h₂ alone. */
  function readsOne(): Model {
    const m = shake(sequential([input({ shape: [null, D] }), gru({ units: H }), dense({ units: 1 })]));
    const weights = m.getWeights();
    weights[3] = tensor([0, 0, 3, 0], [H, 1]);
    weights[1] = tensor(new Float32Array(3 * H * H), [H, 3 * H]);
    m.setWeights(weights);
    return m;
  }

  test("the unit that is read comes first, others change nothing", async () => {
    const [m, x] = [readsOne(), series(4, 6)];
    const ranked = await rankUnits(m, x, { value: 0 });
    assert.deepEqual(ranked.map((r) => r.unit), [2, 0, 1, 3]); // prettier-ignore
    const last = (await trace(m, x)).map((t) => t.layers[0]!.signals["state"]!.at(-H + 2)!);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    assertClose([ranked[0]!.change, ranked[0]!.effect], [mean(last.map((h) => -3 * h)), mean(last.map((h) => Math.abs(3 * h)))], "by hand", 1e-5); // prettier-ignore
    assert.ok(ranked.slice(1).every((r) => r.effect < 1e-6));
  });

  test("every unit as if it were held by itself, in all layers, over batches", async () => {
    const layers = [lstm({ units: 3, returnSequences: true }), gru({ units: 2 })];
    const m = shake(sequential([input({ shape: [null, D] }), ...layers, dense({ units: 2, activation: "softmax" })]));
    const x = ragged([4, 2, 5, 3, 1].map((n, i) => tensor(draw(n * D, i), [n, D])));
    const free = await clamp(m, x, {});
    const ranked = await rankUnits(m, x, { value: 0.3, output: 1, scale: "output", batchSize: 2 });
    assert.equal(ranked.length, 5);
    for (const { layer, unit, change, effect } of ranked) {
      const changes = (await ablate(m, x, { layer, units: unit, value: 0.3 })).map((y, i) => y[1]! - free[i]![1]!);
      const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      assertClose([change, effect], [mean(changes), mean(changes.map(Math.abs))], `${layer} ${unit}`, 1e-6);
    }
  });

  test("by the loss", async () => {
    const [m, x] = [readsOne(), series(4, 6)];
    const y = await m.predict(x);
    const ranked = await rankUnits(m, x, { y, loss: "mse", value: "mean" });
    assert.equal(ranked[0]!.unit, 2);
    const held = await ablate(m, x, { units: 2, value: "mean" });
    const loss = held.reduce((sum, v, i) => sum + (v[0]! - y.data[i]!) ** 2, 0) / 4;
    assertClose([ranked[0]!.change], [loss], "loss without it", 1e-5);
    m.compile({ optimizer: "adam", loss: "mse" });
    assert.deepEqual(await rankUnits(m, x, { y, value: "mean" }), ranked);
  });

  test("by the loss of every real step", async () => {
    const head = dense({ units: 3, activation: "softmax" });
    const m = shake(
      sequential([
        embedding({ inputDim: 8, outputDim: D, maskZero: true }),
        gru({ units: H, returnSequences: true }),
        head,
      ]),
    );
    const [rows, labels] = [[[1, 2, 3], [4, 5]], [[0, 2, 1], [1, 1]]]; // prettier-ignore
    const ints = (r: number[]) => tensor(new Int32Array(r), [r.length]);
    const padded = { x: tensor(new Int32Array([1, 2, 3, 0, 0, 4, 5, 0]), [2, 4]), y: tensor([[0, 2, 1, 0], [0, 1, 1, 0]], [2, 4], "int32") }; // prettier-ignore
    const options = { loss: "sparseCategoricalCrossentropy", value: 0 };
    const a = await rankUnits(m, padded.x, { ...options, y: padded.y });
    const b = await rankUnits(m, ragged(rows.map(ints)), { ...options, y: ragged(labels.map(ints)) });
    assert.deepEqual(a.map((r) => r.unit), b.map((r) => r.unit)); // prettier-ignore
    assertClose(a.map((r) => r.change), b.map((r) => r.change), "changes", 1e-5); // prettier-ignore
  });

  test("errors", async () => {
    const [m, x] = [readsOne(), series(2, 3)];
    await assert.rejects(rankUnits(m, x, { loss: "mse" }), /a loss needs targets/);
    await assert.rejects(rankUnits(m, x, { y: [[1]], loss: "mse" }), /as many targets as samples, 2, got 1/);
    await assert.rejects(rankUnits(m, x, { output: 1 }), /outputs 0 to 0, got 1/);
    const flat = sequential([input({ shape: [2] }), dense({ units: 1 })]);
    await assert.rejects(rankUnits(flat, tensor([[1, 2]])), /no recurrent layer/);
  });
});

/** A trace of one layer from rows of states. */
function made(rows: number[][]): Trace {
  const signals = { state: Float32Array.from(rows.flat()) };
  const layers = [{ layer: "gru", cell: "gru" as const, units: rows[0]!.length, steps: rows.length, signals }];
  return { layers, output: new Float32Array(0), outputs: null, activations: [] };
}

describe("matchUnits", () => {
  const on = 0.8;
  // Units 0 and 1 are on together at steps 1 and 2; unit 2 is on all the time.
  const first = made([[0, 0, on], [on, on, on], [on, on, on], [0, 0, on], [0, on, on]]); // prettier-ignore
  const second = made([[on, on, on], [on, on, 0], [0, 0, 0], [on, 0, 0], [on, on, 0], [0, 0, 0]]); // prettier-ignore

  test("selects what is on in the passage and off around it, and ranks by what is shared", () => {
    const { units, matches } = matchUnits([first, second], { from: 1, to: 3, before: 1 });
    assert.deepEqual(units, [0, 1]);
    assert.deepEqual(matches.map(({ sample, from, to, shared }) => [sample, from, to, [...shared]]), [
      [1, 0, 2, [0, 1]],
      [1, 4, 5, [0, 1]],
      [0, 4, 5, [1]],
    ]); // prettier-ignore
    assert.deepEqual([matches[0]!.different, matches[0]!.similarity], [0, 1]);
    // At step 4 of the first trace units 1 and 2 are on: 0 and 2 are on in one of the two only.
    assert.deepEqual([matches[2]!.different, matches[2]!.similarity], [2, 1 / 3]);
    assert.deepEqual(matchUnits([first, second], { from: 1, to: 3, before: 1, after: 2 }).units, [0]);
    assert.deepEqual(matchUnits([first, second], { from: 1, to: 3 }).units, [0, 1, 2]);
    assert.equal(matchUnits([first, second], { from: 1, to: 3, limit: 1 }).matches.length, 1);
  });

  test("matches are on throughout, apart, and in order", () => {
    const rows = fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }), {
      minLength: 4,
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.array(rows, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("above", "below", "either"),
        (all, side) => {
          const traces = all.map(made);
          const isOn = (v: number) => (side !== "below" && v >= 0.2) || (side !== "above" && v <= -0.2);
          let found;
          try {
            found = matchUnits(traces, { from: 0, to: 2, threshold: 0.2, on: side as "above" });
          } catch (error) {
            assert.match(String(error), /no unit is on throughout steps 0 to 1/);
            assert.ok(
              [0, 1, 2, 3, 4].every((j) => !isOn(Math.fround(all[0]![0]![j]!)) || !isOn(Math.fround(all[0]![1]![j]!))),
            );
            return;
          }
          for (const m of found.matches) {
            for (let t = m.from; t < m.to; t++)
              assert.ok(m.shared.every((j) => isOn(Math.fround(all[m.sample]![t]![j]!))));
            assert.ok(m.shared.every((j) => found.units.includes(j)));
            assert.ok(m.sample !== 0 || m.from >= 2);
          }
          const ranks = found.matches.map((m) => m.shared.length);
          assert.deepEqual(
            ranks,
            ranks.toSorted((a, b) => b - a),
          );
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });

  test("errors", () => {
    assert.throws(
      () => matchUnits([first], { from: 0, to: 1, threshold: 0.9 }),
      /a lower threshold, or a shorter selection/,
    );
    assert.throws(() => matchUnits([first], { from: 3, to: 6 }), /trace 0 has 5 steps, the selection ends at 6/);
    assert.throws(() => matchUnits([first], { from: 2, to: 2 }), /to must be a whole number of at least 3/);
    assert.throws(() => matchUnits([first], { from: 0, to: 1, layer: "grü" }), /no layer "grü"; did you mean "gru"/);
    assert.throws(() => matchUnits([first], { from: 0, to: 1, signal: "keep" }), /signal must be one of state/);
  });
});

describe("JSON", () => {
  test("lists are rounded, base64 keeps every bit", async () => {
    const m = shake(sequential([input({ shape: [null, D] }), gru({ units: H }), dense({ units: 1 })]));
    const traces = await trace(m, series(2, 3));
    const text = JSON.stringify(toJson(traces, { arrays: "base64" }));
    assert.deepEqual(fromJson(JSON.parse(text)), traces);
    const [plain] = JSON.parse(JSON.stringify(toJson(traces, { digits: 3 }))) as {
      layers: { signals: { keep: number[] } }[];
    }[];
    assertClose(plain!.layers[0]!.signals.keep, traces[0]!.layers[0]!.signals["keep"]!, "rounded", 1e-3);
    const wide = { values: Float64Array.of(Math.PI, -0, NaN, Infinity), names: ["a"], none: null };
    assert.deepEqual(fromJson(JSON.parse(JSON.stringify(toJson(wide, { arrays: "base64" })))), wide);
    assert.equal(JSON.stringify(toJson(wide)), '{"values":[3.1416,0,null,null],"names":["a"],"none":null}');
    const long = Float32Array.from({ length: 20_001 }, (_, i) => i / 7);
    assert.deepEqual(fromJson(toJson(long, { arrays: "base64" })), long);
  });
});
