import assert from "node:assert/strict";
import { test } from "node:test";
import { constraints, resolveConstraint, type Constraint } from "../../src/constraints/index.js";

const W = Array.from({ length: 12 }, (_, i) => 2 * Math.sin(1.7 * i + 0.3));

/** keras.constraints.… (3.15.1) of W as a [4, 3] or [2, 2, 3] array. */
const KERAS: [Constraint, number[], number[]][] = [
  [constraints.maxNorm(), [4, 3], [0.487486452, 1.153392434, -0.840344012, -1.274742723, 0.924656093, 0.92770505, -1.451135159, -0.454393625, 1.541647792, 0.177749068, -1.268157482, 0.237712011]],
  [constraints.maxNorm({ maxValue: 1.5, axis: 1 }), [4, 3], [0.405523717, 1.247771382, -0.727060616, -0.955824196, 0.901654065, 0.72347784, -0.970937669, -0.395384759, 1.072824001, 0.158979878, -1.475068688, 0.221129045]],
  [constraints.maxNorm({ maxValue: 3, axis: [0, 1] }), [2, 2, 3], [0.591040432, 1.730088711, -1.059672236, -1.545529008, 1.38698411, 1.169834375, -1.759391546, -0.681590438, 1.944015026, 0.215507299, -1.902236223, 0.299754411]],
  [constraints.nonNeg(), [4, 3], [0.591040432, 1.818594813, 0, 0, 1.457938075, 1.169834375, 0, 0, 1.944015026, 0.215507299, 0, 0.299754411]],
  [constraints.unitNorm({ axis: -1 }), [4, 3], [0.270349145, 0.831847548, -0.484707087, -0.637216091, 0.60110265, 0.48231855, -0.64729172, -0.263589829, 0.715215921, 0.105986588, -0.983379066, 0.147419363]],
  [constraints.minMaxNorm({ minValue: 2.5, maxValue: 2.8, rate: 0.6 }), [4, 3], [0.602031052, 1.696287632, -1.059672236, -1.574268699, 1.359886408, 1.169834375, -1.792108059, -0.668274105, 1.944015026, 0.219514728, -1.865071893, 0.299754411]],
]; // prettier-ignore

test("constraints: equal Keras's, also after their saved form", () => {
  for (const [made, shape, expected] of KERAS) {
    const saved = JSON.parse(JSON.stringify(made)) as Constraint;
    for (const constraint of [made, resolveConstraint(saved, "test")!]) {
      const w = Float64Array.from(W);
      constraint.project(w, shape);
      for (const [i, e] of expected.entries()) {
        assert.ok(Math.abs(w[i]! - e) < 1e-6, `${constraint.className}[${i}]: ${w[i]}, Keras ${e}`);
      }
    }
  }
});

test("constraints: a vector of zeros stays zero", () => {
  const w = new Float32Array(4);
  constraints.unitNorm().project(w, [2, 2]);
  assert.deepEqual([...w], [0, 0, 0, 0]);
});

test("constraints: names, functions and null resolve; wrong ones are named", () => {
  assert.equal(resolveConstraint(null, "test"), null);
  assert.equal(resolveConstraint(undefined, "test"), null);
  assert.equal(resolveConstraint("unitNorm", "test")!.className, "unitNorm");
  const w = Float64Array.of(3);
  const mine = resolveConstraint((values) => values.fill(7), "test")!;
  mine.project(w, [1]);
  assert.equal(w[0], 7);
  const lost = resolveConstraint(JSON.parse(JSON.stringify(mine)) as Constraint, "test")!;
  assert.throws(() => lost.project(w, [1]), /was a function/);
  const wrong: [() => unknown, RegExp][] = [
    [
      () => resolveConstraint("max_norms", "dense"),
      /dense: there is no constraint "max_norms"; did you mean "maxNorm"/,
    ],
    [() => resolveConstraint(3 as never, "dense"), /dense: the constraint must be a name or .* got 3/],
    [() => constraints.maxNorm({ maxValue: -1 }), /maxValue must be/],
    [() => constraints.minMaxNorm({ minValue: 2, maxValue: 1 }), /maxValue must be/],
    [() => constraints.unitNorm({ axis: 0.5 }), /axis must be a whole number/],
    [() => constraints.unitNorm({ axis: 2 }).project(w, [1]), /axis 2 is outside of the weight's shape \[1\]/],
  ];
  for (const [act, message] of wrong) assert.throws(act, { name: "SluiceError", message });
});
