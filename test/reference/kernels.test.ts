import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { stridesOf } from "../../src/tensor/shape.js";
import { assertClose, numericGradient } from "./numeric.js";
import { normals, Random, Slots } from "./slots.js";

const small = fc.integer({ min: 1, max: 5 });

test("gemm: equals the definition in all four layouts, with and without accumulation", () => {
  const flags = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(small, small, fc.nat(5), flags, fc.nat(), (M, N, K, [transA, transB, accumulate], seed) => {
      const random = new Random(seed);
      const [A, B, C] = [normals(random, M * K), normals(random, K * N), normals(random, M * N)];
      const slots = new Slots();
      const c = slots.put(C);
      slots.kernels.gemm(c, slots.put(A), slots.put(B), M, N, K, transA, transB, accumulate);
      const expected = C.map((old, at) => {
        const [i, j] = [Math.floor(at / N), at % N];
        const terms = Array.from({ length: K }, (_, k) => {
          return (transA ? A[k * M + i]! : A[i * K + k]!) * (transB ? B[j * K + k]! : B[k * N + j]!);
        });
        return terms.reduce((sum, term) => sum + term, accumulate ? old : 0);
      });
      assertClose(slots.get(c, M * N), expected, "c", 1e-14, 1);
    }),
  );
});

test("reduce and argMax: along the middle axis", () => {
  const slots = new Slots();
  const { kernels } = slots;
  const x = slots.put([1, 5, 3, -2, 7, 0, 0, 4, 4, 9, -1, 4]); // [2, 3, 2]
  const y = slots.put([100, 200, 300, 400]);
  const reduced = (f: "sum" | "mean" | "max", accumulate: boolean) => {
    kernels.reduce(f, y, x, 2, 3, 2, accumulate);
    return slots.get(y, 4);
  };
  assert.deepEqual(reduced("sum", true), [111, 203, 303, 417]);
  assert.deepEqual(reduced("sum", false), [11, 3, 3, 17]);
  assert.deepEqual(reduced("max", false), [7, 5, 4, 9]);
  assertClose(reduced("mean", false), [11 / 3, 1, 1, 17 / 3], "mean", 1e-15);
  const index = slots.putInts([0, 0, 0, 0]);
  kernels.argMax(index, x, 2, 3, 2);
  assert.deepEqual(slots.getInts(index, 4), [2, 0, 1, 1]);
  kernels.argMax(index, slots.put([4, 4, 4]), 1, 3, 1);
  assert.deepEqual(slots.getInts(index, 1), [0], "the first of equals");
});

test("copy: any permutation of axes and back", () => {
  const dims = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 });
  const seeded = dims.chain((dims) => fc.tuple(fc.constant(dims), fc.shuffledSubarray(dims.map((_, i) => i), { minLength: dims.length }))); // prettier-ignore
  fc.assert(
    fc.property(seeded, ([dims, order]) => {
      const slots = new Slots();
      const size = dims.reduce((product, n) => product * n, 1);
      const permuted = order.map((axis) => dims[axis]!);
      const strides = order.map((axis) => stridesOf(dims)[axis]!);
      const values = Array.from({ length: size }, (_, i) => i + 1);
      const [x, y, back] = [slots.put(values), slots.put(new Float64Array(size)), slots.put(new Float64Array(size))];
      slots.kernels.copy(y, x, permuted, stridesOf(permuted), strides, false);
      slots.kernels.copy(back, y, permuted, strides, stridesOf(permuted), false);
      assert.deepEqual(slots.get(back, size), values);
      const [xi, yi] = [slots.putInts(values), slots.putInts(new Int32Array(size))];
      slots.kernels.copyInts(yi, xi, permuted, stridesOf(permuted), strides);
      assert.deepEqual(slots.getInts(yi, size), slots.get(y, size));
    }),
  );
  const slots = new Slots();
  const transposed = slots.put(new Float64Array(6));
  slots.kernels.copy(transposed, slots.put([1, 2, 3, 4, 5, 6]), [3, 2], [2, 1], [1, 3], false);
  assert.deepEqual(slots.get(transposed, 6), [1, 4, 2, 5, 3, 6]);
});

test("copy: stride 0 repeats, and sums with accumulation", () => {
  const slots = new Slots();
  const row = slots.put([1, 2, 3]);
  const full = slots.put(new Float64Array(6));
  slots.kernels.copy(full, row, [2, 3], [3, 1], [0, 1], false);
  assert.deepEqual(slots.get(full, 6), [1, 2, 3, 1, 2, 3]);
  slots.kernels.copy(row, full, [2, 3], [0, 1], [3, 1], true);
  assert.deepEqual(slots.get(row, 3), [3, 6, 9]);
});

test("rows: gather, scatter with repeated rows, range", () => {
  const slots = new Slots();
  const { kernels } = slots;
  const table = slots.put([1, 2, 3, 4, 5, 6]);
  const index = slots.putInts([2, 0, 2]);
  const y = slots.put(new Float64Array(6));
  kernels.gatherRows(y, table, index, 3, 2);
  assert.deepEqual(slots.get(y, 6), [5, 6, 1, 2, 5, 6]);
  kernels.scatterAddRows(table, y, index, 3, 2);
  assert.deepEqual(slots.get(table, 6), [2, 4, 3, 4, 15, 18]);
  assert.deepEqual(kernels.rangeOfInts(index, 3), [0, 2]);
  assert.deepEqual(kernels.rangeOfInts(slots.putInts([-4]), 1), [-4, -4]);
  assert.deepEqual(kernels.rangeOfInts(0, 0), [0, -1]);
});

test("softmax and cross-entropy: rows sum to one, large logits survive, gradients equal differences", () => {
  const [rows, cols] = [3, 4];
  const x = normals(new Random(4), rows * cols);
  const dy = normals(new Random(5), rows * cols);
  const label = [1, 3, 0];
  const forward = () => {
    const slots = new Slots();
    const [at, p, loss] = [slots.put(x), slots.put(x), slots.put([0, 0, 0])];
    slots.kernels.softmax(at, at, rows, cols);
    slots.kernels.sparseCrossEntropy(loss, p, p, slots.putInts(label), rows, cols);
    assert.deepEqual(slots.get(p, rows * cols), slots.get(at, rows * cols));
    return { y: slots.get(at, rows * cols), loss: slots.get(loss, rows) };
  };
  const { y, loss } = forward();
  for (let r = 0; r < rows; r++) {
    const row = y.slice(r * cols, (r + 1) * cols);
    assertClose([row.reduce((sum, p) => sum + p, 0)], [1], "sum", 1e-14);
    assertClose([loss[r]!], [-Math.log(row[label[r]!]!)], "loss", 1e-12);
  }
  const slots = new Slots();
  const [dx, at] = [slots.put(dy), slots.put(y)];
  slots.kernels.softmaxGrad(dx, dx, at, rows, cols);
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  assertClose(slots.get(dx, rows * cols), numericGradient(() => dot(forward().y, dy), x), "softmaxGrad"); // prettier-ignore
  const dloss = [0.5, -2, 1];
  slots.kernels.sparseCrossEntropyGrad(dx, slots.put(dloss), at, slots.putInts(label), rows, cols);
  assertClose(slots.get(dx, rows * cols), numericGradient(() => dot(forward().loss, dloss), x), "sparseCrossEntropyGrad"); // prettier-ignore

  const huge = slots.put([1000, 0, -1000]);
  slots.kernels.sparseCrossEntropy(dx, huge, huge, slots.putInts([2]), 1, 3);
  assert.deepEqual(slots.get(dx, 1), [2000]);
  assert.deepEqual(slots.get(huge, 3), [1, 0, 0]);
});

test("layerNorm: normalises rows, gradients equal differences, absent gamma and beta", () => {
  const [rows, cols, eps] = [3, 5, 1e-3];
  const random = new Random(6);
  const p = { x: normals(random, rows * cols), gamma: normals(random, cols), beta: normals(random, cols) };
  const dy = normals(random, rows * cols);
  const forward = (affine: boolean) => {
    const slots = new Slots();
    const [x, gamma, beta] = [slots.put(p.x), slots.put(p.gamma), slots.put(p.beta)];
    const [y, stats] = [slots.put(p.x), slots.put(new Float64Array(rows * 2))];
    slots.kernels.layerNorm(y, stats, x, affine ? gamma : 0, affine ? beta : 0, eps, rows, cols);
    return { slots, x, gamma, stats, y: slots.get(y, rows * cols) };
  };
  for (const affine of [true, false]) {
    const { slots, x, gamma, stats } = forward(affine);
    const [dx, dgamma, dbeta] = [slots.put(p.x), slots.put(new Float64Array(cols).fill(0.5)), slots.put(new Float64Array(cols).fill(0.5))]; // prettier-ignore
    slots.kernels.layerNormGrad(dx, dgamma, dbeta, slots.put(dy), stats, x, affine ? gamma : 0, rows, cols);
    const loss = () => forward(affine).y.reduce((sum, y, i) => sum + y * dy[i]!, 0);
    assertClose(slots.get(dx, rows * cols), numericGradient(loss, p.x), "dx");
    if (!affine) continue;
    assertClose(slots.get(dgamma, cols).map((d) => d - 0.5), numericGradient(loss, p.gamma), "dgamma"); // prettier-ignore
    assertClose(slots.get(dbeta, cols).map((d) => d - 0.5), numericGradient(loss, p.beta), "dbeta"); // prettier-ignore
  }
  const { y } = forward(false);
  const row = y.slice(0, cols);
  assert.ok(Math.abs(row.reduce((sum, v) => sum + v, 0)) < 1e-12);
  const variance =
    p.x.slice(0, cols).reduce((s, v, _, a) => s + (v - a.reduce((m, w) => m + w, 0) / cols) ** 2, 0) / cols;
  assertClose([row.reduce((s, v) => s + v * v, 0) / cols], [variance / (variance + eps)], "variance", 1e-12);
});
