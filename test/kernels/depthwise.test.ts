import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { sequenceKernels } from "../../src/kernels/sequence-kernels.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { conv1d, tensor } from "../../src/ops.js";
import { PADDINGS, type Padding } from "../../src/ops/conv1d.js";
import { depthwiseConv1d } from "../../src/ops/depthwise-conv1d.js";
import { assertNear } from "../layers/check-layer.js";
import { agree, Numbers, runCase, SEQUENCE_VARIANTS, type Case } from "./compare.js";

interface Sizes {
  B: number;
  T: number;
  C: number;
  K: number;
  stride: number;
  dilation: number;
}

function convolution({ B, T, C, K, stride, dilation }: Sizes, seed: number): Case {
  const numbers = new Numbers(seed);
  const steps = Math.ceil(T / stride);
  const [x, W, b, dy] = [B * T * C, K * C, C, B * steps * C].map((n) => numbers.normal(n));
  return (bench) => {
    const k = sequenceKernels(bench.kernels, "test");
    const [y, dx] = [bench.room(B * steps * C), bench.room(B * T * C)];
    const [dW, db] = [bench.floats(new Float32Array(K * C).fill(0.5)), bench.floats(new Float32Array(C).fill(0.5))];
    const at = { x: bench.floats(x), W: bench.floats(W), b: bench.floats(b), y };
    const call = { B, T, C, K, steps, stride, dilation, before: (K - 1) * dilation, ...at };
    k.depthwise(call);
    k.depthwiseGrad(call, { dy: bench.floats(dy), dx, dW, db });
    return {
      y: bench.read(y, B * steps * C),
      dx: bench.read(dx, B * T * C),
      dW: bench.read(dW, K * C),
      db: bench.read(db, C),
    };
  };
}

const below = (max: number) => fc.integer({ min: 1, max });
const sizes = fc.record({ B: below(3), T: below(9), C: below(37), K: below(5), stride: below(3), dilation: below(3) });

test("depthwise convolution: the fast kernels agree with the reference for any sizes", () => {
  fc.assert(
    fc.property(sizes, fc.nat(1e6), (s, seed) => agree(convolution(s, seed), 1, SEQUENCE_VARIANTS)),
    { numRuns: 40 },
  );
});

test("depthwise convolution: any number of threads gives the same bits", async () => {
  const [one, three] = [loadKernels(), loadKernels()];
  await three.setThreads(3);
  const body = convolution({ B: 5, T: 97, C: 83, K: 4, stride: 1, dilation: 1 }, 2);
  assert.deepEqual(runCase(three, body), runCase(one, body));
  await three.setThreads(1);
});

test("depthwise convolution is a convolution whose kernel is diagonal", () => {
  const [B, T, C, K] = [2, 9, 5, 3];
  const options = fc.record({ stride: below(3), dilation: below(2), padding: fc.constantFrom<Padding>(...PADDINGS) });
  fc.assert(
    fc.property(options, fc.nat(1e6), (o, seed) => {
      const numbers = new Numbers(seed);
      const [x, W] = [numbers.normal(B * T * C), numbers.normal(K * C)];
      const full = new Float64Array(K * C * C);
      W.forEach((w, i) => (full[i * C + (i % C)] = w));
      const input = tensor(Float64Array.from(x), [B, T, C]);
      const want = conv1d(input, tensor(full, [K, C, C]), o);
      const got = depthwiseConv1d(input, tensor(Float64Array.from(W), [K, C]), null, o);
      assert.deepEqual(got.shape, want.shape);
      assertNear(got.data, want.data, 1e-12, JSON.stringify(o));
    }),
    { numRuns: 40 },
  );
});
