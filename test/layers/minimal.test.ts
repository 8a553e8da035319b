/** What the table cannot say of the minimal cells: long sequences, streams, dropout, carried states, memory at the start, errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, sequential, tensor } from "../../src/index.js";
import { toKeras, toOnnx, toPyTorch, toTfjs } from "../../src/interop/index.js";
import { Random } from "../../src/util/random.js";
import { assertNear, built, call, drawn, type LayerCase } from "./check-layer.js";

const { minGru, minLstm } = layers;
const KINDS = { minGru, minLstm };
const [B, T, D, H] = [3, 6, 3, 4];
const draw = (layer: ReturnType<typeof minGru> | ReturnType<typeof minLstm>) =>
  built({ inputs: [[null, null, D]], make: () => layer } as unknown as LayerCase);

for (const [name, make] of Object.entries(KINDS)) {
  test(`${name}: a stream of 65,536 steps gives what predict gives for all at once, within 1e-4`, async () => {
    const steps = 65536;
    const x = drawn(steps * D, new Random(3));
    for (const candidate of ["linear", "positive"] as const) {
      const model = sequential(
        [make({ units: 8, candidate, returnSequences: true, forgetBias: 4, inputShape: [null, D] })],
        { seed: 2 },
      );
      const whole = Float32Array.from((await model.predict(tensor(x, [1, steps, D]))).data);
      const stream = model.stream();
      const stepped = new Float32Array(steps * 8);
      for (let t = 0; t < steps; t++) stepped.set(stream.step(x.slice(t * D, (t + 1) * D)).data, t * 8);
      const largest = whole.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      const off = whole.reduce((most, v, i) => Math.max(most, Math.abs(v - stepped[i]!)), 0);
      assert.ok(off <= 1e-4 * largest, `${name}, ${candidate}: ${off} of ${largest}`);
    }
  });

  test(`${name}: a step of 65,536 takes no longer than one of 1,024`, async () => {
    const model = sequential([make({ units: 16, inputShape: [null, D] })], { seed: 2 });
    // Constant zeros after a pulse: where denormals came up, this would take tens of times as long.
    const timePerStep = async (steps: number, rounds: number) => {
      const x = tensor(new Float32Array(steps * D).fill(5, 0, D), [1, steps, D]);
      let best = Infinity;
      for (let i = 0; i < rounds; i++) {
        const before = process.cpuUsage();
        await model.predict(x);
        const { user, system } = process.cpuUsage(before);
        best = Math.min(best, (user + system) / steps);
      }
      return best;
    };
    const [short, long] = [await timePerStep(1024, 50), await timePerStep(65536, 5)];
    assert.ok(long < 3 * short + 0.05, `${long} µs and ${short} µs a step`);
  });

  test(`${name}: the state carries on where it is stateful, until it is reset`, () => {
    const layer = draw(make({ units: H, stateful: true, returnSequences: true }));
    const x = drawn(B * T * D, new Random(1));
    const piece = (from: number, to: number) =>
      Array.from({ length: B }, (_, b) => x.slice((b * T + from) * D, (b * T + to) * D)).flat();
    const run = (from: number, to: number) =>
      call(layer, { shapes: [[B, to - from, D]], data: [piece(from, to)] }).outputs[0]!;
    const whole = run(0, T);
    layer.resetStates!();
    const [first, second] = [run(0, 2), run(2, T)];
    for (let b = 0; b < B; b++) {
      const parts = [
        ...first.data.slice(b * 2 * H, (b + 1) * 2 * H),
        ...second.data.slice(b * (T - 2) * H, (b + 1) * (T - 2) * H),
      ];
      assertNear(parts, whole.data.slice(b * T * H, (b + 1) * T * H), 1e-12, `row ${b}`);
    }
    assert.notDeepEqual(run(0, 2).data, first.data);
  });

  test(`${name}: dropout drops the same inputs at all steps, in training alone`, () => {
    const layer = draw(make({ units: H, dropout: 0.5, seed: 4, useBias: false, returnSequences: true }));
    const x = Array.from({ length: T * D }, (_, i) => (i % D === 0 ? 1 : 0));
    const outputs = (training: boolean) => call(layer, { shapes: [[1, T, D]], data: [x], training }).outputs[0]!.data;
    const [trained, plain] = [outputs(true), outputs(false)];
    assert.deepEqual(outputs(true), trained, "the same seed");
    assert.notDeepEqual(trained, plain);
    // Either the one feature is gone at every step, so that the candidate is 0, or it is there twice as large at every step.
    const isZero = [...trained].map((v) => v === 0);
    assert.ok(isZero.every((zero) => zero === isZero[0]));
  });

  test(`${name}: forgetBias sets where the gate starts, and nothing else`, () => {
    const bias = (forgetBias: number) => {
      const layer = make({ units: H, forgetBias, biasInitializer: "ones", inputShape: [null, D] });
      return Array.from(sequential([layer, layers.dense({ units: 1 })], { seed: 1 }).getWeights()[1]!.data);
    };
    const others = new Array<number>(name === "minGru" ? H : 2 * H).fill(1);
    assert.deepEqual(bias(0), [1, 1, 1, 1, ...others]);
    assert.deepEqual(bias(3), [...new Array<number>(H).fill(name === "minGru" ? -3 : 3), ...others]);
  });

  test(`${name}: what is wrong with an option is said`, () => {
    const Name = name === "minGru" ? "MinGRU" : "MinLSTM";
    const refuses = (config: object, message: RegExp) =>
      assert.throws(() => make({ units: 2, ...config } as never), message);
    refuses({ units: 0 }, new RegExp(`${Name}: units must be a whole number of at least 1, got 0`));
    refuses(
      { candidate: "postive" },
      /candidate must be one of linear, positive, got "postive"; did you mean "positive"\?/,
    );
    refuses({ forgetBias: "1" }, /forgetBias must be a number/);
    refuses({ dropout: 2 }, /dropout must be a number from 0 to 1, got 2/);
    refuses({ recurrentInitializer: "zeros" }, new RegExp(`${Name}: unknown option "recurrentInitializer"`));
    const layer = make({ units: 2 });
    assert.throws(() => layer.computeOutputShape([[null, 5]]), /\[batch, time, features\]/);
  });

  test(`${name}: systems that have no such layer are told apart by name`, async () => {
    const model = sequential([make({ units: 2, name: "memory", inputShape: [null, D] })], { seed: 1 });
    const Name = name === "minGru" ? "MinGRU" : "MinLSTM";
    for (const [system, write] of Object.entries({ toKeras, toOnnx, toPyTorch, toTfjs }))
      await assert.rejects(async () => write(model), new RegExp(`${system}: ${Name} "memory": has no form`));
  });
}

test("depthwiseConv1d: options and systems that have none are told", async () => {
  assert.throws(
    () => layers.depthwiseConv1d({ kernelSize: 0 }),
    /kernelSize must be a whole number of at least 1, got 0/,
  );
  assert.throws(() => layers.depthwiseConv1d({ kernelSize: 2, padding: "full" as "same" }), /padding must be one of/);
  const model = sequential([layers.depthwiseConv1d({ kernelSize: 2, inputShape: [null, D] })], { seed: 1 });
  for (const [system, write] of Object.entries({ toKeras, toOnnx, toPyTorch, toTfjs }))
    await assert.rejects(async () => write(model), new RegExp(`${system}: DepthwiseConv1D .*has no form`));
});
