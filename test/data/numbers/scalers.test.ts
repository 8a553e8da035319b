import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  meanScaler,
  minMaxScaler,
  revivePreprocessor,
  robustScaler,
  standardScaler,
  type Scaler,
} from "../../../src/data/numbers/index.js";
import { tensor } from "../../../src/tensor/make.js";
import { Tensor } from "../../../src/tensor/tensor.js";
import { arrays, assertRows, cells, oracle } from "./oracle.js";

const makers: Record<string, () => Scaler> = {
  minMax: minMaxScaler,
  minMaxTo: () => minMaxScaler({ range: [-1, 3] }),
  standard: standardScaler,
  robust: robustScaler,
  robustWide: () => robustScaler({ quantileRange: [10, 80] }),
  mean: meanScaler,
};
const x = cells(oracle.x);

for (const name of ["minMax", "minMaxTo", "standard", "robust", "robustWide"] as const) {
  test(`${name} scaler: the values of scikit-learn, with missing values and a constant column`, () => {
    const scaler = makers[name]!().fit(x);
    // The third column is 1e6 ± 1e-3: its scaled values keep 1e-7 of what float64 has.
    assertRows(scaler.transform(x), cells(oracle[name].x), "x", 1e6);
    assertRows(scaler.transform(cells(oracle.new)), cells(oracle[name].new), "new", 1e6);
    assertRows(scaler.inverse(cells(oracle.new)), cells(oracle[name].inverse), "inverse", 1e6);
  });
}

test("mean scaler: divides by the mean absolute value; a column of zeros stays", () => {
  const scaler = meanScaler().fit([
    [1, 0, -2],
    [-3, 0, NaN],
  ]);
  assert.deepEqual(scaler.transform([[4, 5, 6]]), [[2, 5, 3]]);
});

const table = (least: number) =>
  fc.integer({ min: 1, max: 4 }).chain((columns) =>
    fc.array(
      fc.array(fc.oneof({ weight: 8, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }, fc.constant(NaN)), {
        minLength: columns,
        maxLength: columns,
      }),
      { minLength: least, maxLength: 20 },
    ),
  );
const full = (rows: number[][]) => rows[0]!.every((_, j) => rows.some((row) => !Number.isNaN(row[j])));

for (const [name, make] of Object.entries(makers)) {
  test(`${name} scaler: inverse(transform(x)) is x, also after JSON, and in tensors`, () => {
    fc.assert(
      fc.property(table(1).filter(full), (rows) => {
        const scaler = make().fit(rows);
        const back = scaler.inverse(scaler.transform(rows));
        assertRows(back, rows, "inverse", 1e6);
        const saved = JSON.stringify(scaler);
        const revived = revivePreprocessor(JSON.parse(saved)) as Scaler;
        assert.deepEqual(revived.transform(rows), scaler.transform(rows));
        assert.equal(JSON.stringify(revived), saved);
        const asTensor = scaler.transform(tensor(rows, undefined, "float64"));
        assert.deepEqual(asTensor.toArray(), scaler.transform(rows));
      }),
    );
  });
}

for (const name of ["minMax", "standard", "mean"]) {
  test(`${name} scaler: batches give what all rows at once give`, () => {
    fc.assert(
      fc.property(table(2).filter(full), fc.nat(), (rows, cut) => {
        const at = 1 + (cut % (rows.length - 1));
        const streamed = makers[name]!().partialFit(rows.slice(0, at)).partialFit(rows.slice(at));
        const whole = makers[name]!().fit(rows);
        const [a, b] = [streamed.toJSON().state, whole.toJSON().state] as Record<string, number[]>[];
        for (const key of Object.keys(b!)) {
          const unit = key === "squares" ? 1e13 : 1e6;
          assertRows([a![key]!], [b![key]!], key, unit);
        }
      }),
    );
  });
}

test("a revived scaler goes on with partialFit", () => {
  const rows = cells(oracle.x);
  const half = standardScaler().partialFit(rows.slice(0, 9));
  const revived = revivePreprocessor(JSON.parse(JSON.stringify(half)), "standardScaler").partialFit(rows.slice(9));
  assertRows(revived.transform(rows), cells(oracle.standard.x), "x", 1e6);
});

test("a column far from zero keeps its digits when it comes in batches", () => {
  const scaler = standardScaler();
  for (let i = 0; i < 1000; i++) scaler.partialFit([[1e9 + (i % 2)]]);
  const [[y]] = scaler.transform([[1e9 + 1]]) as [[number]];
  assert.ok(Math.abs(y - 1) < 1e-6, `got ${y}`);
});

test("tensors keep their shape and dtype; a selection undoes predictions of the targets", () => {
  const scaler = minMaxScaler().fit([
    [0, 10],
    [4, 30],
  ]);
  const windows = scaler.transform(tensor([[[2, 20]], [[4, 10]]]));
  assert.ok(windows instanceof Tensor);
  assert.deepEqual([windows.shape, windows.dtype], [[2, 1, 2], "float32"]);
  assert.deepEqual(windows.toArray(), [[[0.5, 0.5]], [[1, 0]]]);
  assert.deepEqual(arrays(scaler.select([1]).inverse([[0.5]])), [[20]]);
  assert.equal(scaler.transform(tensor([[1, 2]], undefined, "int32")).dtype, "float32");
});

test("bad input to scalers is named", () => {
  const scaler = standardScaler();
  assert.throws(() => scaler.transform([[1]]), /standardScaler\.transform: fit it on the training part first/);
  assert.throws(() => scaler.fit([]), /standardScaler\.fit: expected rows of columns, number\[\]\[\] or a tensor/);
  assert.throws(() => scaler.fit([[1, 2], [3]]), /row 1 must have 2 columns like the first, got 1/);
  assert.throws(() => scaler.fit([[1], [Infinity]]), /row 1, column 0 must be a finite number, or NaN.*got Infinity/);
  assert.throws(() => scaler.fit([[1, "2" as never]]), /row 0, column 1 must be a finite number.*got "2"/);
  assert.throws(() => scaler.fit([[1, NaN]]), /standardScaler: column 1 has no values, all are missing/);
  assert.throws(() => scaler.fit([[1, 2]]).transform([[1]]), /fitted on 2 columns, got 1/);
  assert.throws(() => scaler.select([2]), /columns must be whole numbers below 2, got 2/);
  assert.throws(
    () => robustScaler().partialFit([[1]]),
    /robustScaler\.partialFit: this scaler needs all values at once/,
  );
  assert.throws(() => minMaxScaler({ range: [1, 1] }), /minMaxScaler: range must rise/);
  assert.throws(() => minMaxScaler({ rnage: [0, 1] } as never), /unknown option "rnage"; did you mean "range"/);
  assert.throws(
    () => robustScaler({ quantileRange: [-1, 75] }),
    /quantileRange must be a number from 0 to 100, got -1/,
  );
});

test("saved preprocessing that does not fit is refused", () => {
  const saved = (className: string, state: unknown, config: unknown = {}) => ({ className, config, state });
  const refused = (json: unknown, message: RegExp) => assert.throws(() => revivePreprocessor(json), message);
  refused(null, /saved state must hold className, config, state/);
  refused(saved("standrdScaler", null), /no preprocessor "standrdScaler"; did you mean "standardScaler"/);
  refused(saved("constructor", null), /there is no preprocessor "constructor"/);
  refused(saved("__proto__", null), /there is no preprocessor "__proto__"/);
  refused(saved("standardScaler", null, { evil: 1 }), /unknown option "evil"/);
  refused(saved("standardScaler", { mean: [0] }), /must hold count, mean, squares/);
  refused(saved("standardScaler", { count: [1], mean: [null], squares: [0] }), /saved mean must be a list of finite/);
  refused(saved("standardScaler", { count: [1], mean: [0, 1], squares: [0] }), /one number for each column/);
  refused(saved("standardScaler", { count: [1], mean: [0], squares: [-1] }), /column 0 contradict each other/);
  refused(saved("minMaxScaler", { count: [3], min: [2], max: [1] }), /contradict each other/);
  refused(saved("minMaxScaler", { count: [0], min: [1], max: [2] }), /contradict each other/);
  refused(saved("forwardFill", {}), /forwardFill: its state must be null/);
  refused(saved("difference", { last: [] }, { lag: 2 }), /saved last must be 2 rows/);
  refused(saved("labelEncoder", { classes: ["b", "a"] }), /must be sorted and different/);
  refused(saved("oneHotEncoder", { categories: [] }), /must be a list for each column/);
  assert.throws(
    () => revivePreprocessor(saved("standardScaler", null), "minMaxScaler"),
    /expected a minMaxScaler, got "standardScaler"/,
  );
});
