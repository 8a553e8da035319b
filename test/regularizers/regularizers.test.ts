import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { penalty, regularizers, resolveRegularizer, type Regularizer } from "../../src/regularizers/index.js";

const W = Float64Array.from({ length: 12 }, (_, i) => 2 * Math.sin(1.7 * i + 0.3));
const W_TRANSPOSED = Float64Array.from({ length: 12 }, (_, i) => W[(i % 4) * 3 + Math.floor(i / 4)]!);

/** float(keras.regularizers.…(W as [4, 3])), Keras 3.15.1; its columns mode fails, so that one is rows mode of the transpose. */
const KERAS: [Regularizer, number][] = [
  [regularizers.l1({ l1: 0.02 }), 0.29154568674776676],
  [regularizers.l2({ l2: 0.03 }), 0.6655420303344727],
  [regularizers.l1l2({ l1: 0.02, l2: 0.03 }), 0.9570877235987936],
  [regularizers.l1l2({ l1: 0.02 }), 0.29154569326432084],
  [regularizers.l1l2(), 0],
  [regularizers.orthogonal({ factor: 0.5 }), 0.26485790498554707],
  [regularizers.orthogonal({ factor: 0.5, mode: "columns" }), 0.21179167367517948],
];

test("regularizers: penalties equal Keras's, also after their saved form", () => {
  for (const [made, expected] of KERAS) {
    const saved = JSON.parse(JSON.stringify({ className: made.className, config: made.config })) as Regularizer;
    for (const regularizer of [made, resolveRegularizer(saved, "test")!]) {
      const got = penalty(regularizer, W, [4, 3]);
      assert.ok(Math.abs(got - expected) < 1e-6, `${made.className}: ${got}, Keras ${expected}`);
    }
  }
  const rows = regularizers.orthogonal({ mode: "rows" });
  const columns = regularizers.orthogonal({ mode: "columns" });
  assert.equal(penalty(rows, W_TRANSPOSED, [3, 4]), penalty(columns, W, [4, 3]));
});

test("regularizers: gradients equal central differences", () => {
  const mode = fc.constantFrom("rows" as const, "columns" as const);
  const size = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(mode, size, size, fc.nat(1000), (mode, rows, cols, shift) => {
      const regularizer = regularizers.orthogonal({ factor: 0.3, mode });
      const w = Float64Array.from({ length: rows * cols }, (_, i) => Math.sin(1.7 * i * i + shift) + 0.01);
      const dw = new Float64Array(w.length).fill(0.25); // gradients are added to what is there
      regularizer.host!.addGradient(dw, w, [rows, cols]);
      for (let i = 0; i < w.length; i++) {
        const at = (offset: number) => penalty(regularizer, w.with(i, w[i]! + offset), [rows, cols]);
        const slope = (at(1e-6) - at(-1e-6)) / 2e-6;
        const cosineIsZero = Math.abs(at(0)) < 1e-4; // |x| has no slope there
        assert.ok(cosineIsZero || Math.abs(dw[i]! - 0.25 - slope) < 1e-7, `${dw[i]! - 0.25} and ${slope}`);
      }
    }),
    { seed: 11 }, // fixed: a cosine near zero makes the difference meaningless
  );
});

test("regularizers: names and null resolve; wrong ones are named", () => {
  assert.equal(resolveRegularizer(null, "test"), null);
  assert.equal(resolveRegularizer("l2", "test")!.l2, 0.01);
  const wrong: [() => unknown, RegExp][] = [
    [
      () => resolveRegularizer("l3", "dense: kernelRegularizer"),
      /dense: kernelRegularizer: there is no regularizer "l3"/,
    ],
    [() => resolveRegularizer({ className: "l2", config: { l1: 1 } }, "dense"), /regularizer l2: unknown option "l1"/],
    [() => regularizers.l2({ l2: -1 }), /l2 must be a number of at least 0, got -1/],
    [() => regularizers.orthogonal({ mode: "row" as never }), /mode must be one of rows, columns/],
    [() => penalty(regularizers.orthogonal(), W, [12]), /must be a matrix, got \[12\]/],
  ];
  for (const [act, message] of wrong) assert.throws(act, { name: "SluiceError", message });
});
