/** Traces are what the engine computed: bit for bit its states, and gates by the cells' own equations in plain float64 loops. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { input, model, ragged, sequential, setThreads, tensor, type Tensor } from "sluice";
import {
  attentionDecoder,
  bidirectional, dense, embedding, gru, gruD, lstm, masking, minGru, minLstm, RecurrentCell, rnn, segRnn, simpleRnn, timeDistributed,
} from "sluice/layers"; // prettier-ignore
import { trace, type LayerTrace, type Trace } from "sluice/explain";
import { add } from "sluice/ops";
import { assertClose, draw, shake } from "./support.js";

const D = 3;
const H = 5;

const series = (N: number, T: number, seed = 7) => tensor(draw(N * T * D, seed), [N, T, D]);

/** Bits, not values: NaN and signed zeros too. */
function assertSameBits(a: ArrayLike<number>, b: ArrayLike<number>, what: string): void {
  const bits = (v: ArrayLike<number>) => Array.from(new Uint32Array(Float32Array.from(v).buffer));
  assert.deepEqual(bits(a), bits(b), what);
}

const only = (traces: Trace[], i = 0): LayerTrace => traces[0]!.layers[i]!;

const KINDS = {
  gru: () => gru({ units: H, returnSequences: true }),
  "gru, reset before": () => gru({ units: H, returnSequences: true, resetAfter: false }),
  "gru, hard gates": () =>
    gru({ units: H, returnSequences: true, recurrentActivation: "hardSigmoid", activation: "relu" }),
  lstm: () => lstm({ units: H, returnSequences: true }),
  simpleRnn: () => simpleRnn({ units: H, returnSequences: true }),
  minGru: () => minGru({ units: H, returnSequences: true }),
  minLstm: () => minLstm({ units: H, returnSequences: true, candidate: "positive" }),
  "gru with layer normalisation": () => gru({ units: H, returnSequences: true, layerNormalization: true }),
  "lstm with layer normalisation": () => lstm({ units: H, returnSequences: true, layerNormalization: true }),
  "gru with an activation of its own": () => gru({ units: H, returnSequences: true, activation: "softsign" }),
} as const;

describe("the states of a trace are those of predict, bit for bit", () => {
  for (const [name, layer] of Object.entries(KINDS)) {
    test(name, async () => {
      const m = shake(sequential([input({ shape: [null, D] }), layer()], { seed: 1 }));
      const x = series(9, 11);
      const [y, traces] = [await m.predict(x, { batchSize: 4 }), await trace(m, x, { batchSize: 4 })];
      assert.equal(traces.length, 9);
      for (const [i, t] of traces.entries()) {
        const { steps, units, signals } = t.layers[0]!;
        assert.deepEqual([steps, units], [11, H]);
        assertSameBits(signals["state"]!, y.data.subarray(i * 11 * H, (i + 1) * 11 * H), `${name}, sample ${i}`);
        assertSameBits(t.output, signals["state"]!, "output");
        assertSameBits(t.outputs!, signals["state"]!, "outputs by step");
      }
    });

    test(`${name}, sequences of unequal length`, async () => {
      const m = shake(sequential([input({ shape: [null, D] }), layer()], { seed: 1 }));
      const x = ragged([4, 9, 1, 7, 7].map((n, i) => tensor(draw(n * D, i), [n, D])));
      const y = (await m.predict(x)) as ReturnType<typeof ragged>;
      for (const [i, t] of (await trace(m, x)).entries()) {
        assert.equal(t.layers[0]!.steps, y.lengths[i]);
        assertSameBits(t.layers[0]!.signals["state"]!, y.sequence(i).data, `${name}, sample ${i}`);
      }
    });
  }

  test("a GRU-D", async () => {
    const m = shake(
      sequential([input({ shape: [null, 3 * D] }), gruD({ units: H, returnSequences: true })], { seed: 1 }),
    );
    const x = tensor(Float32Array.from(draw(2 * 6 * 3 * D), (v, i) => (i % 9 >= 6 ? Math.abs(v) : i % 9 >= 3 ? +(v > 0) : v)), [2, 6, 3 * D]); // prettier-ignore
    const [y, traces] = [await m.predict(x), await trace(m, x)];
    assert.equal(only(traces).cell, "gru");
    assertSameBits(only(traces).signals["state"]!, y.data.subarray(0, 6 * H), "state");
  });

  test("backward, and both ways: each at its own time", async () => {
    const both = bidirectional({ layer: gru({ units: H, returnSequences: true }), name: "both" });
    const m = shake(sequential([input({ shape: [null, D] }), both], { seed: 1 }));
    for (const x of [series(3, 6), ragged([2, 6, 3].map((n, i) => tensor(draw(n * D, i), [n, D])))]) {
      const y = await m.predict(x);
      for (const [i, t] of (await trace(m, x)).entries()) {
        const [ahead, back] = t.layers as [LayerTrace, LayerTrace];
        assert.deepEqual([ahead.layer, back.layer], ["both/forward", "both/backward"]);
        const rows =
          "sequence" in y ? (y as ReturnType<typeof ragged>).sequence(i).data : y.data.subarray(i * 60, (i + 1) * 60);
        const joined = Array.from({ length: ahead.steps }, (_, s) =>
          [ahead, back].map(({ signals }) => [...signals["state"]!.subarray(s * H, (s + 1) * H)]),
        );
        assertSameBits(rows, joined.flat(2), `sample ${i}`);
      }
    }
    const reversed = shake(
      sequential([input({ shape: [null, D] }), gru({ units: H, goBackwards: true, returnSequences: true })], {
        seed: 1,
      }),
    );
    const x = series(1, 4);
    const [y, t] = [await reversed.predict(x), only(await trace(reversed, x))];
    // Keras's goBackwards puts out in running order.
    const turned = [3, 2, 1, 0].flatMap((s) => [...t.signals["state"]!.subarray(s * H, (s + 1) * H)]);
    assertSameBits(y.data, turned, "turned");
  });

  test("after training, on several threads, and the model is as it was", async () => {
    const m = sequential(
      [input({ shape: [null, D] }), gru({ units: 32, returnSequences: true }), dense({ units: 1 })],
      { seed: 4 },
    );
    m.compile({ optimizer: "adam", loss: "mse" });
    const x = series(16, 20);
    await m.fit(x, tensor(draw(16 * 20), [16, 20, 1]), { epochs: 2, verbose: 0 });
    const head = model({ inputs: m.inputs[0]!, outputs: m.nodes[1]!.outputs[0]! });
    const before = m.getWeights().map((w) => w.data.slice());
    const states = await head.predict(x);
    for (const threads of [2, 1]) {
      await setThreads(threads);
      for (const [i, t] of (await trace(m, x)).entries()) {
        assertSameBits(
          t.layers[0]!.signals["state"]!,
          states.data.subarray(i * 640, (i + 1) * 640),
          `${threads} threads, sample ${i}`,
        );
      }
    }
    for (const [i, w] of m.getWeights().entries()) assertSameBits(w.data, before[i]!, `weight ${i}`);
  });

  test("float64", async () => {
    const m = sequential([input({ shape: [null, D] }), lstm({ units: H, returnSequences: true })], {
      seed: 1,
      dtype: "float64",
    });
    const x = series(2, 5);
    const [y, t] = [await m.predict(x), only(await trace(m, x))];
    assert.ok(t.signals["cell"] instanceof Float64Array);
    assert.deepEqual([...t.signals["state"]!], [...y.data.subarray(0, 5 * H)]);
  });
});

const sigma = (v: number) => 1 / (1 + Math.exp(-v));

/** v W for a row v [n] and W [n, cols]. */
function times(v: ArrayLike<number>, W: Tensor): number[] {
  const cols = W.shape[1]!;
  return Array.from({ length: cols }, (_, j) =>
    Array.from(v).reduce((sum, x, i) => sum + x * W.data[i * cols + j]!, 0),
  );
}

describe("gates by the equations of the texts, in float64", () => {
  test("gru of cuDNN, Keras 3 and PyTorch", async () => {
    const m = shake(sequential([input({ shape: [null, D] }), KINDS.gru()], { seed: 2 }));
    const x = series(1, 8);
    const { signals, cell } = only(await trace(m, x));
    assert.equal(cell, "gru");
    const [W, U, b] = m.getWeights() as [Tensor, Tensor, Tensor];
    let h: number[] = new Array<number>(H).fill(0);
    for (let t = 0; t < 8; t++) {
      const a = times(x.data.subarray(t * D, (t + 1) * D), W).map((v, j) => v + b.data[j]!);
      const u = times(h, U).map((v, j) => v + b.data[3 * H + j]!);
      const unit = (f: (j: number) => number) => Array.from({ length: H }, (_, j) => f(j));
      const keep = unit((j) => sigma(a[j]! + u[j]!));
      const reset = unit((j) => sigma(a[H + j]! + u[H + j]!));
      const candidate = unit((j) => Math.tanh(a[2 * H + j]! + reset[j]! * u[2 * H + j]!));
      h = unit((j) => keep[j]! * h[j]! + (1 - keep[j]!) * candidate[j]!);
      const at = (name: string) => signals[name]!.subarray(t * H, (t + 1) * H);
      assertClose(at("keep"), keep, "keep");
      assertClose(at("write"), keep.map((z) => 1 - z), "write"); // prettier-ignore
      assertClose(at("reset"), reset, "reset");
      assertClose(at("candidate"), candidate, "candidate");
      assertClose(at("state"), h, "state");
    }
  });

  test("lstm", async () => {
    const m = shake(sequential([input({ shape: [null, D] }), KINDS.lstm()], { seed: 2 }));
    const x = series(1, 8);
    const { signals } = only(await trace(m, x));
    const [W, U, b] = m.getWeights() as [Tensor, Tensor, Tensor];
    let [h, c] = [new Array<number>(H).fill(0), new Array<number>(H).fill(0)];
    for (let t = 0; t < 8; t++) {
      const u = times(h, U);
      const a = times(x.data.subarray(t * D, (t + 1) * D), W).map((v, j) => v + u[j]! + b.data[j]!);
      const part = (slot: number, f: (v: number) => number) => a.slice(slot * H, (slot + 1) * H).map(f);
      const [i, f, g, o] = [part(0, sigma), part(1, sigma), part(2, Math.tanh), part(3, sigma)] as const;
      c = c.map((v, j) => f[j]! * v + i[j]! * g[j]!);
      h = c.map((v, j) => o[j]! * Math.tanh(v));
      const all = { input: i, forget: f, candidate: g, output: o, cell: c, state: h };
      for (const [name, values] of Object.entries(all))
        assertClose(signals[name]!.subarray(t * H, (t + 1) * H), values, name);
    }
  });

  test("minGru and minLstm write what their papers say", async () => {
    for (const kind of ["minGru", "minLstm"] as const) {
      const m = shake(
        sequential([input({ shape: [null, D] }), (kind === "minGru" ? minGru : minLstm)({ units: H })], { seed: 2 }),
      );
      const x = series(1, 6);
      const { signals } = only(await trace(m, x));
      const [W, b] = m.getWeights() as [Tensor, Tensor];
      let h: number[] = new Array<number>(H).fill(0);
      for (let t = 0; t < 6; t++) {
        const a = times(x.data.subarray(t * D, (t + 1) * D), W).map((v, j) => v + b.data[j]!);
        const [first, second, third] = [0, 1, 2].map((slot) => a.slice(slot * H, (slot + 1) * H)) as [
          number[],
          number[],
          number[],
        ];
        const [f, i] = [first.map(sigma), second.map(sigma)];
        const write = kind === "minGru" ? f : f.map((v, j) => i[j]! / (v + i[j]!));
        const candidate = kind === "minGru" ? second : third;
        h = h.map((v, j) => (1 - write[j]!) * v + write[j]! * candidate[j]!);
        const at = (name: string) => signals[name]!.subarray(t * H, (t + 1) * H);
        assertClose(at("write"), write, "write");
        assertClose(at("keep"), write.map((s) => 1 - s), "keep"); // prettier-ignore
        assertClose(at("candidate"), candidate, "candidate");
        assertClose(at("state"), h, "state");
      }
    }
  });
});

describe("what models are made of", () => {
  test("padding is left out, before and after", async () => {
    const m = shake(
      sequential([embedding({ inputDim: 9, outputDim: D, maskZero: true }), gru({ units: H }), dense({ units: 2 })], {
        seed: 5,
      }),
    );
    const padded = await trace(m, tensor(new Int32Array([0, 0, 3, 4, 5, 6, 7, 0, 0, 0]), [2, 5]));
    const alone = [
      await trace(m, tensor(new Int32Array([3, 4, 5]), [1, 3])),
      await trace(m, tensor(new Int32Array([6, 7]), [1, 2])),
    ];
    for (const [i, [t]] of alone.entries()) {
      assert.equal(padded[i]!.layers[0]!.steps, t!.layers[0]!.steps);
      for (const [name, values] of Object.entries(t!.layers[0]!.signals))
        assertClose(padded[i]!.layers[0]!.signals[name]!, values, name);
      assertClose(padded[i]!.outputs!, t!.outputs!, "outputs by step");
      assertClose(padded[i]!.outputs!.subarray(-2), t!.output, "the last output");
    }
  });

  test("stacked, inside another model, several inputs, several outputs", async () => {
    const inner = sequential([input({ shape: [null, D] }), gru({ units: 4, returnSequences: true, name: "first" })], {
      seed: 1,
    });
    inner.name = "encoder";
    const [a, b] = [input({ shape: [null, D], name: "a" }), input({ shape: [2], name: "b" })];
    const seen = inner.apply(a);
    const last = lstm({ units: H, name: "second" }).apply(seen);
    const out = [dense({ units: 2, name: "left" }).apply(last), dense({ units: 1, name: "right" }).apply(b)];
    const m = model({ inputs: [a, b], outputs: out, seed: 2 });
    const x = { a: series(2, 6), b: tensor(draw(4), [2, 2]) };
    const [t] = await trace(m, x, { layers: ["left", "encoder/first"] });
    assert.deepEqual(t!.layers.map((l) => l.layer), ["encoder/first", "second"]); // prettier-ignore
    const [left, right] = await m.predictAll(x);
    assertSameBits(t!.output, [...left!.data.subarray(0, 2), ...right!.data.subarray(0, 1)], "outputs");
    assert.deepEqual(t!.activations.map((l) => [l.layer, l.shape]), [["encoder/first", [6, 4]], ["left", [2]]]); // prettier-ignore
    assertSameBits(t!.activations[0]!.values, t!.layers[0]!.signals["state"]!, "activations");
  });

  test("a layer that is used twice, and one that runs once a part of the sample", async () => {
    const shared = gru({ units: H, returnSequences: true, name: "shared" });
    const a = input({ shape: [null, H] });
    const twice = model({ inputs: a, outputs: shared.apply(shared.apply(a)), seed: 2 });
    const x = tensor(draw(2 * 4 * H), [2, 4, H]);
    const [t] = await trace(twice, x);
    assert.deepEqual(t!.layers.map((l) => l.layer), ["shared", "shared#2"]); // prettier-ignore
    assertSameBits(t!.layers[1]!.signals["state"]!, (await twice.predict(x)).data.subarray(0, 4 * H), "second");

    const parts = sequential(
      [input({ shape: [3, 4, D] }), timeDistributed({ layer: gru({ units: H, name: "word" }), name: "words" })],
      { seed: 2 },
    );
    const [u] = await trace(parts, tensor(draw(2 * 3 * 4 * D), [2, 3, 4, D]));
    assert.deepEqual(u!.layers.map((l) => l.layer), ["words/word[0]", "words/word[1]", "words/word[2]"]); // prettier-ignore
    const uneven = ragged([2, 5, 3].map((n, i) => tensor(draw(n * 4 * D, i), [n, 4, D])));
    const open = shake(sequential([input({ shape: [null, 4, D] }), timeDistributed({ layer: gru({ units: H }) })]));
    const all = (await open.predict(uneven)) as ReturnType<typeof ragged>;
    for (const [i, t] of (await trace(open, uneven)).entries()) {
      assert.equal(t.layers.length, all.lengths[i]);
      assertClose(t.layers.flatMap((l) => [...l.signals["state"]!.subarray(3 * H)]), all.sequence(i).data, `uneven ${i}`, 1e-6); // prettier-ignore
    }
    const ends = u!.layers.flatMap((l) => [...l.signals["state"]!.subarray(3 * H)]);
    assertSameBits(u!.output, ends, "the last states are the outputs");
  });

  test("a cell of one's own shows its state", async () => {
    class Sum extends RecurrentCell {
      static override readonly className = "Sum";
      readonly stateSizes = [D];
      readonly outputSize = D;
      constructor() {
        super({}, {});
      }
      computeOutputShape([x]: (readonly (number | null)[])[]) {
        return [x!, x!];
      }
      call([x, h]: Tensor[]): Tensor[] {
        const next = add(x!, h!);
        return [next, next];
      }
    }
    const m = sequential([input({ shape: [null, D] }), masking(), rnn({ cell: new Sum() })], { seed: 1 });
    const x = tensor([[[1, 1, 1], [0, 0, 0], [2, 0, 1]]]); // prettier-ignore
    const t = only(await trace(m, x));
    assert.deepEqual([t.cell, t.steps, [...t.signals["state"]!]], ["other", 2, [1, 1, 1, 3, 1, 2]]);
  });

  test("outputs by step: none where the model cannot be read", async () => {
    const layer = bidirectional({ layer: gru({ units: H }) });
    const m = sequential([input({ shape: [null, D] }), layer, dense({ units: 1 })], { seed: 1 });
    const [t] = await trace(m, series(1, 4));
    assert.equal(t!.outputs, null);
  });

  test("outputs by step are those of a shorter sequence", async () => {
    const m = shake(
      sequential([input({ shape: [null, D] }), gru({ units: H }), dense({ units: 2, activation: "softmax" })], {
        seed: 1,
      }),
    );
    const x = series(3, 5);
    const traces = await trace(m, x);
    for (const n of [1, 3, 5]) {
      const short = tensor(
        Float32Array.from({ length: 3 * n * D }, (_, i) => x.data[Math.floor(i / (n * D)) * 5 * D + (i % (n * D))]!),
        [3, n, D],
      );
      const y = await m.predict(short);
      for (const [i, t] of traces.entries())
        assertClose(t.outputs!.subarray((n - 1) * 2, n * 2), y.data.subarray(i * 2, i * 2 + 2), `after ${n}`);
    }
  });

  test("a decoder that looks first, step by step; segments of channels", async () => {
    const [source, target] = ["source", "target"].map((name) => input({ shape: [null], dtype: "int32", name }));
    const embedded = embedding({ inputDim: 9, outputDim: 5, maskZero: true }).apply(source!);
    const encoded = gru({ units: 4, returnSequences: true }).apply(embedded);
    const decoder = attentionDecoder({
      vocabularySize: 7,
      embeddingSize: 4,
      units: 8,
      attention: "additive",
      attendFirst: true,
      name: "decoder",
    });
    const m = shake(model({ inputs: [source!, target!], outputs: decoder.apply([target!, encoded]) }));
    const x = { source: tensor([[1, 2, 3, 0]], [1, 4], "int32"), target: tensor([[1, 2, 3]], [1, 3], "int32") };
    const [t] = await trace(m, x);
    assert.deepEqual(t!.layers.map((l) => [l.layer, l.cell, l.steps]), [["gru", "gru", 3], ["decoder/gru_0", "gru", 3]]); // prettier-ignore
    assertSameBits(t!.output, (await m.predict(x)).data, "output");
    assertSameBits(t!.outputs!, t!.output, "an output at each of the decoder's steps");

    const segments = shake(sequential([input({ shape: [12, 2] }), segRnn({ units: 4, segmentLength: 3, horizon: 6 })]));
    const [s] = await trace(segments, tensor(draw(24), [1, 12, 2]));
    assert.deepEqual(s!.layers.map((l) => [l.layer, l.steps]), [["seg_rnn/cell[0]", 4], ["seg_rnn/cell[1]", 4]]); // prettier-ignore
    assert.equal(s!.outputs, null); // six steps to come are not the twelve that came
  });

  test("errors name what is there", async () => {
    const m = sequential([input({ shape: [null, D] }), gru({ units: H }), dense({ units: 1 })], { seed: 1 });
    const x = series(1, 4);
    await assert.rejects(trace(m, x, { layers: ["dens"] }), /no layer "dens"; did you mean "dense"\?/);
    await assert.rejects(
      trace(m, x, { pins: { gru_1: { 0: 1 } } }),
      /no recurrent layer "gru_1"; did you mean "gru"\?/,
    );
    await assert.rejects(trace(m, x, { pins: { gru: { 5: 1 } } }), /gru has units 0 to 4, got 5/);
    await assert.rejects(trace(m, x, { pins: { gru: { 1: NaN } } }), /finite number, got NaN/);
    await assert.rejects(trace(m, tensor([[1, 2]])), /must be/);
  });
});
