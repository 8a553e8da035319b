// grad, valueAndGrad and the scope they run in.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as ops from "../../src/ops.js";
import { type Tensor, tensor } from "../../src/ops.js";
import { withScope } from "../../src/ops/scope.js";
import { SluiceError } from "../../src/util/errors.js";
import { FAST, reference, useKernels } from "./check-op.js";

const fast = FAST["relaxed"]!;
useKernels(fast);
const sumOfSquares = (x: Tensor) => ops.sum(ops.mul(x, x));

test("one argument gives one gradient, several give an array", () => {
  assert.deepEqual(ops.grad(sumOfSquares)([1, 2, -3]).toArray(), [2, 4, -6]);
  const [da, db] = ops.grad((a: Tensor, b: Tensor) => ops.sum(ops.mul(a, b)))([1, 2], [[3, 4], [5, 6]]) as [Tensor, Tensor]; // prettier-ignore
  assert.deepEqual(da.toArray(), [8, 10]);
  assert.deepEqual(db.toArray(), [[1, 2], [1, 2]]); // prettier-ignore
});

test("valueAndGrad gives both, in ordinary arrays that outlive the step", () => {
  const { value, gradient } = ops.valueAndGrad(sumOfSquares)([3, 4]);
  ops.valueAndGrad(sumOfSquares)([30, 40]);
  assert.deepEqual([value.item(), gradient.toArray(), gradient.ptrIn(fast.memory)], [25, [6, 8], 0]);
});

test("float64 arguments are computed in float64, and plain numbers beside them keep all digits", () => {
  const x = tensor(new Float64Array([0.1]));
  const { value, gradient } = ops.valueAndGrad((t: Tensor) => ops.sum(ops.mul(t, 0.1)))(x);
  assert.deepEqual(
    [value.dtype, value.item(), gradient.dtype, gradient.item()],
    ["float64", 0.1 * 0.1, "float64", 0.1],
  );
  assert.equal(ops.grad(sumOfSquares)([1]).dtype, "float32");
});

test("a gradient gathers what arrives on every path", () => {
  const f = (x: Tensor) => {
    const y = ops.mul(x, x);
    return ops.sum(ops.add(ops.mul(y, y), ops.concat([x, y], 0).shape[0] === 2 ? ops.sum(ops.stack([x, y, x])) : y));
  };
  // x⁴ + 2x + x² at x = 2: 32 + 2 + 4
  assert.equal(ops.grad(f)([2]).data[0], 38);
});

test("the same tensor as two arguments has two gradients", () => {
  const x = tensor([2, 3]);
  const gradients = ops.grad((a: Tensor, b: Tensor) => ops.sum(ops.mul(a, ops.mul(b, b))))(x, x) as Tensor[];
  assert.deepEqual(gradients.map((g) => g.toArray()), [[4, 9], [8, 18]]); // prettier-ignore
  assert.deepEqual([x.tracked, x.grad], [false, null]);
});

test("what f does not depend on, or only through ints, comparisons and stopGradient, has gradient 0", () => {
  const g = (f: (x: Tensor) => Tensor) => ops.grad(f)([1, 2]).toArray();
  assert.deepEqual(g(() => tensor(5)), [0, 0]); // prettier-ignore
  assert.deepEqual(
    g((x) => ops.sum(ops.greater(x, 1))),
    [0, 0],
  );
  assert.deepEqual(
    g((x) => ops.sum(ops.argMax(x))),
    [0, 0],
  );
  assert.deepEqual(
    g((x) => ops.sum(ops.stopGradient(ops.mul(x, x)))),
    [0, 0],
  );
  assert.deepEqual(ops.grad((a: Tensor, _b: Tensor) => ops.sum(a))([1], [2, 3]).map((t) => t.toArray()), [[1], [0, 0]]); // prettier-ignore
});

test("f may return its argument, or any tensor with one element", () => {
  assert.deepEqual(
    ops
      .grad((x: Tensor) => x)(7)
      .toArray(),
    1,
  );
  assert.deepEqual(
    ops
      .grad((x: Tensor) => ops.mul(x, x))([[3]])
      .toArray(),
    [[6]],
  );
});

test("anything but one number is an error that says what came", () => {
  const message = (f: () => unknown) => {
    try {
      f();
    } catch (error) {
      assert.ok(error instanceof SluiceError, String(error));
      return error.message;
    }
    return assert.fail("nothing was thrown");
  };
  assert.match(
    message(() => ops.grad((x: Tensor) => ops.mul(x, 2))([1, 2])),
    /one element, got a tensor \[2\]/,
  );
  assert.match(
    message(() => ops.grad((() => 3) as unknown as (x: Tensor) => Tensor)([1])),
    /one element, got 3/,
  );
  assert.match(
    message(() => ops.grad(5 as unknown as (x: Tensor) => Tensor)),
    /expected a function of tensors, got 5/,
  );
  assert.match(
    message(() => ops.grad((x: Tensor) => ops.sum(x))(tensor([1], [1], "int32"))),
    /argument 0 is int32/,
  );
  const nested = (x: Tensor) => ops.sum(ops.grad(sumOfSquares)(x));
  assert.match(
    message(() => ops.grad(nested)([1])),
    /no second derivatives/,
  );
});

test("an error inside of f leaves nothing behind", () => {
  assert.throws(() => ops.grad((x: Tensor) => ops.matmul(x, x))([1, 2]), /matmul/);
  assert.deepEqual(ops.grad(sumOfSquares)([1]).toArray(), [2]);
});

test("inside of a step that records nothing, grad works on the step's tensors and leaves them alone", () => {
  withScope(reference, false, (scope) => {
    const x = scope.place(tensor(new Float64Array([1, 2])));
    assert.deepEqual(ops.grad(sumOfSquares)(x).toArray(), [2, 4]);
    assert.deepEqual([x.tracked, x.grad, x.toArray()], [false, null, [1, 2]]);
  });
});

test("a tensor of a step that has ended says so", () => {
  let kept: Tensor | undefined;
  ops.grad((x: Tensor) => ops.sum((kept = ops.mul(x, x))))([1, 2]);
  assert.throws(() => kept!.data, /lived in a step that has ended; copy it with toHost\(\)/);
});

test("2,000 eager operations and 500 gradients leave the memory where it was", () => {
  const w = tensor(new Float32Array(64 * 64), [64, 64]);
  const eager = (x: Tensor) => ops.relu(ops.add(ops.matmul(x, w), ops.transpose(w)));
  const loss = (x: Tensor) => ops.mean(ops.softmax(eager(x)));
  eager(w);
  ops.grad(loss)(w);
  const before = fast.memory.heap.used;
  for (let i = 0; i < 500; i++) eager(w); // four operations each
  for (let i = 0; i < 500; i++) ops.grad(loss)(w);
  assert.equal(fast.memory.heap.used, before);
  assert.deepEqual(fast.memory.arena.mark(), { chunk: 0, offset: 0 });
});
