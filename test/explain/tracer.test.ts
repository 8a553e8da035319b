/** The live variant: step by step it says what traces say, and units that are held stay so. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { input, model, sequential, tensor, type Model, type Tensor } from "sluice";
import { Tracer, saturation, trace, type Trace } from "sluice/explain";
import {
  bidirectional, concatenate, conv1d, dense, embedding, gru, gruD, lstm, masking, minGru, minLstm, rnn, gruCell, simpleRnn,
} from "sluice/layers"; // prettier-ignore
import { assertClose, draw, shake } from "./support.js";

const D = 3;
const H = 6;
const T = 12;

const CASES: Record<string, () => Model> = {
  gru: () => sequential([input({ shape: [null, D] }), gru({ units: H }), dense({ units: 2, activation: "softmax" })]),
  "stacked, of several kinds": () => {
    const stack = [gru({ units: H, returnSequences: true, resetAfter: false }), lstm({ units: 4, returnSequences: true })];
    return sequential([input({ shape: [null, D] }), ...stack, simpleRnn({ units: 3 }), dense({ units: 1 })]);
  },
  minimal: () => {
    const stack = [minGru({ units: H, returnSequences: true }), minLstm({ units: 4, returnSequences: true })];
    return sequential([input({ shape: [null, D] }), conv1d({ filters: 4, kernelSize: 3, padding: "causal" }), ...stack, dense({ units: 2 })]);
  },
  "with layer normalisation": () => {
    const stack = [gru({ units: H, returnSequences: true, layerNormalization: true }), lstm({ units: H, layerNormalization: true })];
    return sequential([input({ shape: [null, D] }), ...stack, dense({ units: 1 })]);
  },
  "a cell step by step": () => {
    return sequential([input({ shape: [null, D] }), rnn({ cell: gruCell({ units: H, activation: "softsign" }) }), dense({ units: 1 })]);
  },
  "a GRU-D": () => sequential([input({ shape: [null, D] }), gruD({ units: H }), dense({ units: 1 })]),
  "masked steps": () => sequential([input({ shape: [null, D] }), masking(), gru({ units: H, returnSequences: true }), lstm({ units: H }), dense({ units: 1 })]),
  "two ways that meet": () => {
    const x = input({ shape: [null, D] });
    const [a, b] = [gru({ units: H }).apply(x), lstm({ units: 4 }).apply(x)];
    return model({ inputs: x, outputs: dense({ units: 2 }).apply(concatenate().apply([a, b])) });
  },
}; // prettier-ignore

/** One sample; where steps are masked two of them are zeros. */
function sample(name: string): Tensor {
  const values = draw(T * D);
  if (name === "masked steps") values.fill(0, 2 * D, 4 * D);
  return tensor(values, [1, T, D]);
}

function frames(x: Tensor): Float32Array[] {
  return Array.from({ length: T }, (_, t) => x.data.slice(t * D, (t + 1) * D) as Float32Array);
}

describe("Tracer", () => {
  for (const [name, make] of Object.entries(CASES)) {
    for (const pins of [{}, { held: true }] as const) {
      test(`${name}: says what trace says${"held" in pins ? ", with units held" : ""}`, async () => {
        const m = shake(make());
        const x = sample(name);
        const [free] = await trace(m, x);
        const names = free!.layers.map((l) => l.layer);
        const held = "held" in pins ? Object.fromEntries(names.map((layer) => [layer, { 0: 0.5, 2: -0.25 }])) : {};
        const [whole] = await trace(m, x, { pins: held });
        const tracer = new Tracer(m, { pins: held });
        const used = frames(x).map((f) => name !== "masked steps" || f.some((v) => v !== 0));
        let real = 0;
        for (const [t, frame] of frames(x).entries()) {
          const { layers, output } = tracer.step(frame);
          if (!used[t]) continue;
          for (const [i, layer] of layers.entries()) {
            const { units, cell, signals, layer: path } = whole!.layers[i]!;
            assert.deepEqual([layer.layer, layer.cell, layer.units], [path, cell, units]);
            assert.deepEqual(Object.keys(layer.signals), Object.keys(signals));
            for (const [signal, values] of Object.entries(layer.signals)) {
              assertClose(
                values,
                signals[signal]!.subarray(real * units, (real + 1) * units),
                `${path} ${signal} at ${t}`,
                1e-6,
              );
            }
          }
          const width = output.length;
          assertClose(output, whole!.outputs!.subarray(real * width, (real + 1) * width), `output at ${t}`, 1e-6);
          real++;
        }
        if ("held" in pins) {
          assert.notDeepEqual([...whole!.output], [...free!.output]);
          for (const { signals, units, steps } of whole!.layers) {
            for (let t = 0; t < steps; t++) {
              assert.equal(signals["state"]![t * units], 0.5);
              assert.equal(signals["state"]![t * units + 2], -0.25);
            }
          }
        }
      });
    }
  }

  test("tokens, pins that come and go, states that are kept", async () => {
    const m = shake(
      sequential([embedding({ inputDim: 9, outputDim: 4 }), gru({ units: H, name: "memory" }), dense({ units: 2 })]),
    );
    const tracer = new Tracer(m);
    tracer.step(3);
    const kept = tracer.state();
    const free = tracer.step(4).output.slice();
    tracer.restore(kept).pin("memory", 1, 0.9);
    assert.deepEqual(tracer.pins, { memory: { 1: 0.9 } });
    const held = tracer.step(4).output.slice();
    assert.notDeepEqual([...held], [...free]);
    assert.equal(tracer.layers[0]!.signals["state"]![1], Math.fround(0.9));
    tracer.unpin("memory", 1).restore(kept);
    assert.deepEqual([...tracer.step(4).output], [...free]);
    tracer.reset();
    assertClose(tracer.step(3).output, (await m.predict(tensor(new Int32Array([3]), [1, 1]))).data, "anew", 1e-6);
    assert.throws(() => tracer.pin("memory", 6, 0), /memory has units 0 to 5, got 6/);
    assert.throws(() => tracer.pin("memry", 0, 0), /did you mean "memory"\?/);
  });

  test("a step gives the same arrays again", () => {
    const tracer = new Tracer(shake(CASES["gru"]!()));
    const first = tracer.step([1, 2, 3]);
    const arrays = [first.output, ...Object.values(first.layers[0]!.signals)];
    const second = tracer.step([3, 2, 1]);
    assert.equal(first, second);
    assert.ok([second.output, ...Object.values(second.layers[0]!.signals)].every((a, i) => a === arrays[i]));
  });

  test("a step allocates no more than a stream's", () => {
    const stack = [
      gru({ units: 8, returnSequences: true }),
      lstm({ units: 8, returnSequences: true }),
      minGru({ units: 8 }),
    ];
    const tracer = new Tracer(shake(sequential([input({ shape: [null, D] }), ...stack, dense({ units: 2 })])));
    tracer.pin("lstm", 1, 0.5);
    const frame = new Float32Array(D);
    const round = () => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < 10_000; i++) tracer.step(frame);
      return (process.memoryUsage().heapUsed - before) / 10_000;
    };
    round(); // tiers up
    const rounds = [1, 2, 3, 4].map(round).filter((bytes) => bytes > 0); // less than nothing: a collection fell into the round
    const least = Math.min(...rounds);
    assert.ok(rounds.length === 0 || least < 256, `${least.toFixed(1)} bytes a step`);
  });

  test("a model that runs backwards in time is refused", () => {
    const m = sequential([
      input({ shape: [null, D] }),
      bidirectional({ layer: gru({ units: H }) }),
      dense({ units: 1 }),
    ]);
    assert.throws(() => new Tracer(m), /cannot be run step by step, because it also runs backwards/);
  });
});

/** A trace of one layer with one gate. */
function made(keep: number[][], state: number[][]): Trace {
  const [steps, units] = [keep.length, keep[0]!.length];
  const signals = { keep: Float32Array.from(keep.flat()), state: Float32Array.from(state.flat()) };
  const layers = [{ layer: "gru", cell: "gru" as const, units, steps, signals }];
  return { layers, output: new Float32Array(0), outputs: null, activations: [] };
}

test("saturation: shares by unit over the steps of all traces", () => {
  const a = made([[0.05, 0.95, 0.5], [0.05, 0.5, 0.5]], [[1, 0, 0.1], [1, 0, -0.2]]); // prettier-ignore
  const b = made([[0.02, 0.95, 0.05]], [[0.97, 0, 0.3]]);
  const { gates, layers } = saturation([a, b]);
  assert.equal(gates.length, 1);
  const [keep] = gates;
  assert.deepEqual([keep!.gate, keep!.steps], ["keep", 3]);
  assertClose(keep!.closed, [1, 0, 1 / 3], "closed", 1e-12);
  assertClose(keep!.open, [0, 2 / 3, 0], "open", 1e-12);
  assertClose(keep!.mean, [0.04, 0.8, 0.35], "mean", 1e-6);
  const [gruHealth] = layers;
  assert.deepEqual([gruHealth!.dead, gruHealth!.saturated], [[1], [0]]);
  assert.deepEqual(gruHealth!.stuck, { keep: { closed: [0], open: [] } });
  assert.throws(() => saturation([]), /at least one trace/);
});
