// What the table against PyTorch cannot hold: chance, constants, names of activations, long shapes, and bad input.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FUSED_ACTIVATIONS } from "../../src/kernels/kernels.js";
import * as ops from "../../src/ops.js";
import { type Tensor, tensor } from "../../src/ops.js";
import { ACTIVATIONS, activationOf } from "../../src/ops/activations.js";
import { SluiceError } from "../../src/util/errors.js";
import { FAST, useKernels } from "./check-op.js";

useKernels(FAST["relaxed"]!);
const x23 = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore

test("dropout drops a share of the elements, scales the rest and sends the gradient the same way", () => {
  const x = ops.ones([100, 100]);
  const y = ops.dropout(x, 0.25, 7);
  const kept = y.data.filter((v) => v !== 0);
  // 10,000 draws: within five standard deviations of 7,500
  assert.ok(Math.abs(kept.length - 7500) < 5 * Math.sqrt(10000 * 0.25 * 0.75), `${kept.length} of 10,000 were kept`);
  assert.ok(kept.every((v) => Math.abs(v - 4 / 3) < 1e-6));
  assert.deepEqual(ops.dropoutMask([100, 100], 0.25, 7).data, y.data);
  assert.deepEqual(ops.grad((t: Tensor) => ops.sum(ops.dropout(t, 0.25, 7)))(x).data, y.data);
  assert.notDeepEqual(ops.dropout(x, 0.25, 8).data, y.data);
});

test("dropout of nothing and of everything", () => {
  assert.deepEqual(ops.dropout(x23, 0, 1).toArray(), x23.toArray());
  assert.deepEqual(ops.dropout(x23, 1, 1).toArray(), [[0, 0, 0], [0, 0, 0]]); // prettier-ignore
});

test("every kernel set draws the same mask", () => {
  const masks = Object.values(FAST).map((kernels) => {
    useKernels(kernels);
    return Array.from(ops.dropoutMask([1000], 0.5, 3).data);
  });
  const double = ops.dropout(tensor(new Float64Array(1000).fill(1)), 0.5, 3);
  for (const mask of masks) assert.deepEqual(mask, Array.from(double.data));
  useKernels(FAST["relaxed"]!);
});

test("zeros, ones and full", () => {
  assert.deepEqual(ops.zeros([2, 2]).toArray(), [[0, 0], [0, 0]]); // prettier-ignore
  assert.deepEqual(ops.ones([2]).toArray(), [1, 1]);
  assert.deepEqual(ops.full([], 0.5).toArray(), 0.5);
  assert.deepEqual(ops.zeros([0, 3]).shape, [0, 3]);
});

test("where takes float conditions: anything but 0 counts", () => {
  assert.deepEqual(ops.where([0.5, 0, -1, NaN], 1, 2).toArray(), [1, 2, 1, 1]);
});

test("an int32 operand is computed as floats", () => {
  const i = tensor([1, 2, 3], [3], "int32");
  assert.deepEqual([ops.div(i, 2).dtype, ops.div(i, 2).toArray()], ["float32", [0.5, 1, 1.5]]);
  assert.deepEqual(ops.concat([i, [0.5]]).toArray(), [1, 2, 3, 0.5]);
  assert.deepEqual(ops.sum(i).item(), 6);
});

test("seven axes can be rearranged as long as some of them stay together", () => {
  const x = ops.reshape(Float32Array.from({ length: 128 }, (_, i) => i), [2, 2, 2, 2, 2, 2, 2]); // prettier-ignore
  assert.equal(ops.transpose(x, [1, 0, 2, 3, 4, 5, 6]).data[64], 32);
  assert.throws(() => ops.transpose(x), /at most 6 axes can be rearranged, got 7/);
});

test("activations are found by Keras's names, in both spellings", () => {
  for (const name of ACTIVATIONS) {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    for (const written of [name, snake]) {
      const found = activationOf(written, "Dense");
      assert.equal(found.name, name);
      assert.equal(found.fused, (FUSED_ACTIVATIONS as readonly string[]).includes(name) ? name : null);
      assert.deepEqual(found.apply(x23).toArray(), ops.activation(name)(x23).toArray());
    }
  }
  assert.deepEqual(ops.activation("swish")(x23).toArray(), ops.silu(x23).toArray());
  assert.deepEqual(ops.activation("relu")([-1, 2]).toArray(), [0, 2]);
  assert.deepEqual(ops.activation("exponential")([0]).toArray(), [1]);
  assert.equal(activationOf(null, "Dense").name, "linear");
});

test("an activation can be a function of one's own", () => {
  const double = activationOf((x) => ops.mul(x, 2), "Dense");
  assert.deepEqual([double.fused, double.apply(x23).data[5]], [null, 12]);
  const broken = activationOf(() => 3 as unknown as Tensor, 'Dense "d"');
  assert.throws(() => broken.apply(x23), /Dense "d": activation .* must return a tensor, got 3/);
});

const i32 = (data: number[]) => tensor(data, [data.length], "int32");
const refused: [string, () => unknown, RegExp][] = [
  ["add", () => ops.add([1, 2], [1, 2, 3]), /^add: shapes \[2\] and \[3\] do not broadcast$/],
  ["ragged rows", () => ops.add([[1], [2, 3]], 1), /^add: tensor: rows must have equal lengths/],
  ["a string", () => ops.mul("2" as unknown as number, 1), /^mul: tensor: expected numbers.*got "2"/],
  ["matmul", () => ops.matmul(x23, x23), /^matmul: expected .* got \[2, 3\] and \[2, 3\]/],
  ["matmul of a vector", () => ops.matmul(x23, [1, 2, 3]), /^matmul: .* got \[2, 3\] and \[3\]/],
  ["reshape", () => ops.reshape(x23, [4, -1]), /^reshape: \[2, 3\] has 6 elements, which do not fit \[4, -1\]/],
  ["reshape with two unknowns", () => ops.reshape(x23, [-1, -1]), /^reshape: at most one size may be -1, got \[-1, -1\]/],
  ["transpose", () => ops.transpose(x23, [0, 0]), /^transpose: .* \[2, 3\] once, got \[0, 0\]/],
  ["an axis", () => ops.sum(x23, 2), /^sum: expected an axis from -2 to 1 for shape \[2, 3\], got 2/],
  ["an axis of a scalar", () => ops.softmax(3), /^softmax: expected no axis for shape \[\], got -1/],
  ["an axis twice", () => ops.mean(x23, [0, -2]), /^mean: axes must differ/],
  ["max of nothing", () => ops.max(ops.zeros([0, 3]), 0), /^max: there is no element to choose from in \[0, 3\]/],
  ["argMax of nothing", () => ops.argMax(ops.zeros([3, 0])), /^argMax: there is no element/],
  ["concat", () => ops.concat([x23, [[1, 2]]], 0), /^concat: shapes must agree except on axis 0, got \[2, 3\] and \[1, 2\]/],
  ["concat of nothing", () => ops.concat([]), /^concat: expected at least one tensor/],
  ["stack", () => ops.stack([[1], [1, 2]]), /^stack: shapes must be equal, got \[1\] and \[2\]/],
  ["split", () => ops.split(x23, 2), /^split: axis 1 of \[2, 3\] cannot be cut into 2 equal parts/],
  ["split sizes", () => ops.split(x23, [1, 1]), /^split: sizes must .* add up to 3.* got \[1, 1\]/],
  ["slice", () => ops.slice(x23, [0, 2], [2, 2]), /^slice: begin \[0, 2\] and size \[2, 2\] leave the shape \[2, 3\]/],
  ["slice rank", () => ops.slice(x23, [0, 0, 0]), /^slice: /],
  ["squeeze", () => ops.squeeze(x23, 0), /^squeeze: axis 0 of \[2, 3\] must have size 1, got 2/],
  ["broadcastTo", () => ops.broadcastTo(x23, [2, 1]), /^broadcastTo: \[2, 3\] does not stretch to \[2, 1\]/],
  ["repeat", () => ops.repeat(x23, 1.5), /^repeat: times must be a whole number/],
  ["pad", () => ops.pad(x23, [[1, 1]]), /^pad: expected \[before, after\] for each of the 2 axes of \[2, 3\]/],
  ["gather", () => ops.gather(x23, i32([0, 1, 7, -1])), /^gather: indices must be from 0 to 1, got 7 at element 2/],
  ["gather by fractions", () => ops.gather(x23, [0.5]), /^gather: indices must be whole numbers, got 0.5 at element 0/],
  ["oneHot", () => ops.oneHot(i32([3]), 3), /^oneHot: indices must be from 0 to 2, got 3 at element 0/],
  ["labels", () => ops.sparseCrossEntropy(x23, i32([0, 3])), /^sparseCrossEntropy: .* from 0 to 2, got 3 at element 1/],
  ["labels' shape", () => ops.sparseCrossEntropy(x23, i32([0])), /labels \[\.\.\.\], got \[2, 3\] and \[1\]/],
  ["softmaxCrossEntropy", () => ops.softmaxCrossEntropy(x23, [1, 2, 3]), /got \[2, 3\] and \[3\]/],
  ["clip", () => ops.clip(x23, 1, 0), /^clip: expected low ≤ high, got low 1 and high 0/],
  ["dropout", () => ops.dropout(x23, 1.5, 0), /^dropout: rate must be a number from 0 to 1, got 1.5/],
  ["layerNorm", () => ops.layerNorm(x23, [1, 2]), /^layerNorm: .* got \[2, 3\], \[2\], none/],
  ["conv1d", () => ops.conv1d(x23, x23), /^conv1d: expected x \[B, T, C\] and kernel \[K, C, F\], got \[2, 3\] and \[2, 3\]/],
  ["conv1d too short", () => ops.conv1d(ops.zeros([1, 2, 1]), ops.zeros([3, 1, 1])), /^conv1d: 2 steps are fewer than .* 3/],
  ["conv1d option", () => ops.conv1d(x23, x23, { strides: 2 } as object), /unknown option "strides"; did you mean "stride"/],
  ["conv1d padding", () => ops.conv1d(x23, x23, { padding: "full" as "same" }), /padding must be one of valid, same, causal/],
  ["activation", () => ops.activation("sigmod"), /^activation: .*got "sigmod"; did you mean "sigmoid"\?/],
  ["an inherited name", () => ops.activation("__proto__"), /^activation: activation must be one of linear/],
  ["broadcast of where", () => ops.where([1, 0], [1, 2, 3], 0), /^where: shapes \[2\] and \[3\] do not broadcast/],
]; // prettier-ignore

for (const [name, f, says] of refused) {
  test(`refused with its reason: ${name}`, () => {
    assert.throws(f, (error) => {
      assert.ok(error instanceof SluiceError, `not a SluiceError: ${String(error)}`);
      assert.match(error.message, says);
      return true;
    });
  });
}
