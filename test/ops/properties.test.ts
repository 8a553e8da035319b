// Properties of the operations that move and repeat elements, over random shapes: each against a loop over indices.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import * as ops from "../../src/ops.js";
import { type Tensor, tensor } from "../../src/ops.js";
import type { DType } from "../../src/tensor/dtype.js";
import { sizeOf, stridesOf } from "../../src/tensor/shape.js";
import { FAST, useKernels } from "./check-op.js";

useKernels(FAST["relaxed"]!);

const shapes = (maxRank: number, least = 0) => fc.array(fc.integer({ min: least, max: 4 }), { maxLength: maxRank });
const dtypes = fc.constantFrom<DType>("float32", "float64", "int32");

/** Elements 0, 1, 2, …: exact in every dtype, and each one tells where it came from. */
function counting(shape: readonly number[], dtype: DType = "float64"): Tensor {
  return tensor(Array.from({ length: sizeOf(shape) }, (_, i) => i), shape, dtype); // prettier-ignore
}

/** All indices of a shape in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, n) => all.flatMap((at) => Array.from({ length: n }, (_, i) => [...at, i])),
    [[]],
  );
}

/** The element at an index; axes that are missing on the left or of size 1 repeat. */
function element(x: Tensor, at: readonly number[]): number {
  const strides = stridesOf(x.shape);
  const lead = at.length - x.rank;
  return x.data[x.shape.reduce((sum, n, i) => sum + (n === 1 ? 0 : at[lead + i]! * strides[i]!), 0)]!;
}

/** Asserts shape and dtype, and that each element is what the function of its index says. */
function assertElements(y: Tensor, shape: readonly number[], dtype: DType, f: (at: number[]) => number): void {
  assert.deepEqual({ shape: y.shape, dtype: y.dtype }, { shape, dtype });
  assert.deepEqual(Array.from(y.data), indices(shape).map(f));
}

/** A shape and one that stretches to it: some leading axes left out, some sizes set to 1; `swap` says which one comes first. */
const broadcasting = fc
  .tuple(shapes(5), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), fc.nat(5), fc.boolean())
  .map(([full, ones, drop, swap]) => {
    const small = full.slice(Math.min(drop, full.length)).map((n, i) => (ones[i] ? 1 : n));
    return { full, small, swap };
  });

test("add and mul broadcast like a loop over indices", () => {
  const floats = fc.constantFrom<DType>("float32", "float64");
  const property = fc.property(broadcasting, floats, ({ full, small, swap }, dtype) => {
    const [x, w] = swap
      ? [counting(small, dtype), counting(full, dtype)]
      : [counting(full, dtype), counting(small, dtype)];
    assertElements(ops.add(x, w), full, dtype, (at) => element(x, at) + element(w, at));
    assertElements(ops.mul(x, w), full, dtype, (at) => element(x, at) * element(w, at));
  });
  fc.assert(property);
});

test("the gradient of a broadcast operand counts how often it was used", () => {
  const property = fc.property(broadcasting, ({ full, small, swap }) => {
    const f = (p: Tensor, q: Tensor) => ops.sum(swap ? ops.add(q, p) : ops.add(p, q));
    const [dx, dw] = ops.grad(f)(counting(full), counting(small)) as [Tensor, Tensor];
    assertElements(dx, full, "float64", () => 1);
    assertElements(dw, small, "float64", () => sizeOf(full) / sizeOf(small));
  });
  fc.assert(property);
});

test("broadcastTo repeats like a loop over indices", () => {
  const property = fc.property(broadcasting, dtypes, ({ full, small }, dtype) => {
    const x = counting(small, dtype);
    assertElements(ops.broadcastTo(x, full), full, dtype, (at) => element(x, at));
  });
  fc.assert(property);
});

test("reshape keeps the elements in order, and there and back gives the same", () => {
  const property = fc.property(shapes(5), dtypes, fc.infiniteStream(fc.nat(5)), (shape, dtype, stream) => {
    const x = counting(shape, dtype);
    const cut = stream.next().value! % (shape.length + 1);
    const merged = [sizeOf(shape.slice(0, cut)), sizeOf(shape.slice(cut))];
    const y = ops.reshape(x, merged);
    assert.deepEqual([y.shape, y.dtype, Array.from(y.data)], [merged, dtype, Array.from(x.data)]);
    assert.deepEqual(ops.reshape(y, shape), x);
  });
  fc.assert(property);
});

const permuted = shapes(6).chain((shape) =>
  fc.record({ shape: fc.constant(shape), order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }) }),
);

test("transpose puts element (i, j, …) where the order says, and the inverse order puts it back", () => {
  const property = fc.property(permuted, dtypes, ({ shape, order }, dtype) => {
    const x = counting(shape, dtype);
    const y = ops.transpose(x, order);
    const original = (at: number[]) => order.reduce((all, axis, i) => all.with(axis, at[i]!), [...shape]);
    assertElements(y, order.map((axis) => shape[axis]!), dtype, (at) => x.data[offset(shape, original(at))]!); // prettier-ignore
    assert.deepEqual(ops.transpose(y, order.map((_, i) => order.indexOf(i))), x); // prettier-ignore
  });
  fc.assert(property);
});

function offset(shape: readonly number[], at: readonly number[]): number {
  const strides = stridesOf(shape);
  return at.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
}

const boxes = shapes(6).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    ranges: fc.tuple(
      ...shape.map((n) => fc.tuple(fc.nat(n), fc.nat(n)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)])),
    ),
  }),
);

test("slice takes the box of a loop over indices, and its gradient is 1 there and 0 elsewhere", () => {
  const property = fc.property(boxes, dtypes, ({ shape, ranges }, dtype) => {
    const x = counting(shape, dtype);
    const begin = ranges.map(([a]) => a!);
    const size = ranges.map(([a, b]) => b! - a!);
    const moved = (at: number[]) => offset(shape, at.map((i, axis) => i + begin[axis]!)); // prettier-ignore
    assertElements(ops.slice(x, begin, size), size, dtype, (at) => x.data[moved(at)]!);
    const dx = ops.grad((t: Tensor) => ops.sum(ops.slice(t, begin, size)))(counting(shape));
    const inside = (at: number[]) => at.every((i, axis) => i >= begin[axis]! && i < begin[axis]! + size[axis]!);
    assertElements(dx, shape, "float64", (at) => (inside(at) ? 1 : 0));
  });
  fc.assert(property);
});

const cuts = shapes(5, 1)
  .filter((shape) => shape.length > 0)
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.nat(shape.length - 1),
      sizes: fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
    }),
  );

test("concat undoes split, stack undoes unstack, and slice finds the parts", () => {
  const property = fc.property(cuts, dtypes, ({ shape, axis, sizes }, dtype) => {
    const n = sizes.reduce((sum, size) => sum + size, 0);
    const x = counting(shape.with(axis, n), dtype);
    const parts = ops.split(x, sizes, axis);
    assert.deepEqual(ops.concat(parts, axis), x);
    let begin = 0;
    for (const [i, part] of parts.entries()) {
      const [from, dims] = [shape.map(() => 0).with(axis, begin), part.shape];
      assert.deepEqual(ops.slice(x, from, dims), part, `part ${i}`);
      begin += sizes[i]!;
    }
    if (n > 0) assert.deepEqual(ops.stack(ops.unstack(x, axis), axis), x);
    assert.deepEqual(ops.flip(ops.flip(x, axis), axis), x);
  });
  fc.assert(property);
});

const reductions = shapes(5, 1).chain((shape) =>
  fc.record({ shape: fc.constant(shape), axes: fc.subarray([...shape.keys()]), keep: fc.boolean() }),
);

test("sum, mean and max over any axes equal a loop over indices", () => {
  const property = fc.property(reductions, ({ shape, axes, keep }) => {
    const x = counting(shape, "float32");
    const lines = new Map<string, number[]>();
    for (const at of indices(shape)) {
      const key = at.filter((_, i) => !axes.includes(i)).join();
      lines.set(key, [...(lines.get(key) ?? []), element(x, at)]);
    }
    const out = keep ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
    const total = (line: number[]) => line.reduce((sum, v) => sum + v, 0);
    const close = (y: Tensor, f: (line: number[]) => number) => {
      assert.deepEqual(y.shape, out);
      for (const [i, line] of [...lines.values()].entries()) {
        assert.ok(Math.abs(y.data[i]! - f(line)) <= 1e-6 * (1 + f(line)), `${y.data[i]} is not ${f(line)}`);
      }
    };
    close(ops.sum(x, axes, keep), total);
    close(ops.mean(x, axes, keep), (line) => total(line) / line.length);
    close(ops.max(x, axes, keep), (line) => Math.max(...line));
  });
  fc.assert(property);
});
