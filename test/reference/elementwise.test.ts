import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BINARY, UNARY, type Binary, type Unary } from "../../src/kernels/kernels.js";
import { hashBits } from "../../src/util/random.js";
import { assertClose, numericGradient } from "./numeric.js";
import { normals, Random, Slots } from "./slots.js";

const POINTS = [-30, -6.5, -2.4, -0.3, 0.7, 2.6, 8, 40];
/** Python's math module at POINTS (exp, tanh, log1p, erfc in the definitions of Keras 3; its float32 values agree). */
const PYTHON: Partial<Record<Unary, number[]>> = {
  sigmoid: [9.357622968839299e-14, 0.0015011822567369917, 0.08317269649392238, 0.425557483188341, 0.6681877721681662, 0.9308615796566533, 0.9996646498695336, 1.0],
  tanh: [-1.0, -0.9999954793514042, -0.9836748576936802, -0.2913126124515909, 0.6043677771171636, 0.9890274022010992, 0.9999997749296758, 1.0],
  hardSigmoid: [0, 0, 0.10000000000000002, 0.45, 0.6166666666666667, 0.9333333333333332, 1, 1],
  softsign: [-0.967741935483871, -0.8666666666666667, -0.7058823529411765, -0.23076923076923075, 0.4117647058823529, 0.7222222222222222, 0.8888888888888888, 0.975609756097561],
  elu: [-0.9999999999999064, -0.9984965608070224, -0.9092820467105875, -0.2591817793182821, 0.7, 2.6, 8, 40],
  selu: [-1.7580993408472123, -1.7554561453931985, -1.5986081669662375, -0.4556673153791221, 0.7354906911488363, 2.731822567124249, 8.405607898843844, 42.028039494219215],
  softplus: [9.357622968839737e-14, 0.0015023101597542838, 0.08683615215394969, 0.5543552444685271, 1.103186048885458, 2.67164469196767, 8.000335406372896, 40.0],
  gelu: [-1.4720141781446293e-196, -2.6104003795084313e-10, -0.01967408621903073, -0.1146265733433142, 0.5306254434438489, 2.587880911138331, 7.999999999999995, 40.0],
  silu: [-2.8072868906517896e-12, -0.009757684668790446, -0.1996144715854137, -0.1276672449565023, 0.46773144051771626, 2.4202401071072988, 7.997317198956269, 40.0],
  mish: [-2.807286890651921e-12, -0.00976500869207133, -0.20788450873888228, -0.15113317713833455, 0.5611483776438518, 2.575261622371174, 7.999998200644843, 40.0],
  leakyRelu: [-6.0, -1.3, -0.48, -0.06, 0.7, 2.6, 8, 40],
  relu6: [0, 0, 0, 0, 0.7, 2.6, 6, 6],
}; // prettier-ignore

const run = (f: Unary, x: number[]) => {
  const slots = new Slots();
  const at = slots.put(x);
  slots.kernels.unary(f, at, at, x.length); // in place
  return slots.get(at, x.length);
};

test("unary: activations equal Python's", () => {
  for (const [f, expected] of Object.entries(PYTHON)) {
    for (const [i, y] of run(f as Unary, POINTS).entries()) {
      const e = expected[i]!;
      assert.ok(Math.abs(y - e) <= 1e-12 * Math.abs(e) + 1e-15, `${f}(${POINTS[i]}): ${y}, Python ${e}`);
    }
  }
});

test("unary: every derivative equals central differences", () => {
  const random = new Random(3);
  for (const f of Object.keys(UNARY) as Unary[]) {
    const positive = ["log", "sqrt", "log1p", "reciprocal"].includes(f);
    const x = normals(random, 50).map((v) => (positive ? Math.abs(v) + 0.1 : 2.5 * v));
    const away = x.map((v) =>
      Math.abs(v) < 0.01 || Math.abs(v - 6) < 0.01 || Math.abs(Math.abs(v) - 3) < 0.01 ? 1 : v,
    );
    const dy = normals(random, 50);
    const slots = new Slots();
    const dx = slots.put(new Array(50).fill(Number.NaN));
    slots.kernels.unaryGrad(f, dx, slots.put(dy), slots.put(away), slots.put(run(f, away)), 50);
    const loss = () => run(f, away).reduce((sum, y, i) => sum + y * dy[i]!, 0);
    const numeric = numericGradient(loss, away);
    assertClose(slots.get(dx, 50), numeric, f, 1e-6, f === "exponential" ? 1 : 1e-3);
  }
});

test("unary: NaN stays NaN", () => {
  for (const f of Object.keys(UNARY) as Unary[]) assert.deepEqual(run(f, [Number.NaN]), [Number.NaN], f);
});

test("binary: every function, scalars on either side, in place, along rows", () => {
  const expected: Record<Binary, number[]> = {
    add: [5, -2, 1.5],
    sub: [-1, -6, -0.5],
    mul: [6, -8, 0.5],
    div: [2 / 3, -2, 0.5],
    pow: [8, 16, 0.5],
    max: [3, 2, 1],
    min: [2, -4, 0.5],
    greater: [0, 0, 0],
    greaterEqual: [0, 0, 0],
    equal: [0, 0, 0],
  };
  const [a, b] = [[2, -4, 0.5], [3, 2, 1]] as const; // prettier-ignore
  for (const f of Object.keys(BINARY) as Binary[]) {
    const slots = new Slots();
    const [x, y] = [slots.put(a), slots.put(b)];
    slots.kernels.binaryRow(f, slots.put(a), x, y, 1, 3);
    slots.kernels.binary(f, x, x, 3, y, 3, 3);
    assert.deepEqual(slots.get(x, 3), expected[f], f);
  }
  const slots = new Slots();
  const [x, one] = [slots.put([1, 2, 3]), slots.put([2])];
  const get = (f: Binary, a: number, na: number, b: number, nb: number) => {
    const y = slots.put([0, 0, 0]);
    slots.kernels.binary(f, y, a, na, b, nb, 3);
    return slots.get(y, 3);
  };
  assert.deepEqual(get("sub", one, 1, x, 3), [1, 0, -1]);
  assert.deepEqual(get("greaterEqual", x, 3, one, 1), [0, 1, 1]);
  assert.deepEqual(get("greater", x, 3, one, 1), [0, 0, 1]);
  assert.deepEqual(get("equal", x, 3, one, 1), [0, 1, 0]);
  const rows = slots.put([1, 2, 3, 4, 5, 6]);
  slots.kernels.binaryRow("add", rows, rows, slots.put([10, 20, 30]), 2, 3);
  assert.deepEqual(slots.get(rows, 6), [11, 22, 33, 14, 25, 36]);
});

test("dropoutMask: follows hashBits of seed and index, at the wanted rate", () => {
  const slots = new Slots();
  const n = 20000;
  const y = slots.put(new Float64Array(n));
  for (const [seed, rate] of [
    [1, 0.5],
    [0xdeadbeef, 0.1],
    [7, 0],
  ] as const) {
    // prettier-ignore
    slots.kernels.dropoutMask(y, seed, rate, n);
    const mask = slots.get(y, n);
    for (const [i, value] of mask.entries()) {
      assert.equal(value, hashBits(seed, i) < rate * 2 ** 32 ? 0 : 1 / (1 - rate));
    }
    const dropped = mask.filter((value) => value === 0).length / n;
    assert.ok(Math.abs(dropped - rate) < 4 * Math.sqrt((rate * (1 - rate)) / n) + 1e-9, `${dropped} of ${rate}`);
  }
});

test("vectors: fill, axpy, scale, sums, non-finite values, where, clip, conversions", () => {
  const slots = new Slots();
  const { kernels } = slots;
  const x = slots.put([1, -2, 3]);
  const y = slots.put([10, 20, 30]);
  kernels.axpy(y, 2, x, 3);
  assert.deepEqual(slots.get(y, 3), [12, 16, 36]);
  kernels.scale(y, 0.5, y, 3);
  assert.deepEqual(slots.get(y, 3), [6, 8, 18]);
  assert.equal(kernels.sumSquares(x, 3), 14);
  assert.equal(kernels.sumSquares(0, 0), 0);
  assert.equal(kernels.findNonFinite(x, 3), -1);
  assert.equal(kernels.findNonFinite(slots.put([1, -Infinity, Number.NaN]), 3), 1);
  kernels.where(y, slots.putInts([1, 0, -1]), x, slots.put([7, 8, 9]), 3);
  assert.deepEqual(slots.get(y, 3), [1, 8, 3]);
  kernels.clip(y, slots.put([-5, 0.5, Number.NaN]), -1, 1, 3);
  assert.deepEqual(slots.get(y, 3), [-1, 0.5, Number.NaN]);
  const ints = slots.putInts([0, 0, 0, 0, 0]);
  kernels.floatToInt(ints, slots.put([1.9, -1.9, 1e10, -1e10, Number.NaN]), 5);
  assert.deepEqual(slots.getInts(ints, 5), [1, -1, 2147483647, -2147483648, 0]);
  kernels.intToFloat(y, slots.putInts([-3, 0, 2147483647]), 3);
  assert.deepEqual(slots.get(y, 3), [-3, 0, 2147483647]);
  kernels.fill(y, 4, 2);
  assert.deepEqual(slots.get(y, 3), [4, 4, 2147483647]);
});

test("memory: grows past its first megabyte and keeps what was there", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 4 }), (lengths) => {
      const slots = new Slots();
      const at = lengths.map((length, i) => slots.put(new Float64Array(length).fill(i + 1)));
      for (const [i, length] of lengths.entries()) {
        assert.equal(at[i]! % 64, 0);
        const values = slots.kernels.memory.floats(at[i]!, length);
        assert.ok(values.every((value) => value === i + 1));
      }
    }),
    { numRuns: 20 },
  );
});
