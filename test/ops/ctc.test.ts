// CTC: PyTorch's values and gradients, the sum over all alignments written down one by one, central differences, long inputs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import * as ops from "../../src/ops.js";
import { tensor, type Tensor } from "../../src/ops.js";
import { withScope } from "../../src/ops/scope.js";
import type { CtcLossOptions } from "../../src/ops/ctc-loss.js";
import { Random } from "../../src/util/random.js";
import { CtcLattice, type Rows } from "../../src/ops/ctc-lattice.js";
import { CtcLogLattice } from "../reference/ctc-log.js";
import { assertClose, numericGradient } from "../reference/numeric.js";
import { FAST, reference, useKernels } from "./check-op.js";

useKernels(FAST["relaxed"]!);

interface Case {
  name: string;
  blank: number;
  zeroInfinity: boolean;
  logits: number[][][];
  labels: number[][];
  lengths: number[];
  loss: number[];
  upstream: number[];
  gradient: number[][][];
}

const cases = (
  JSON.parse(readFileSync(new URL("../../../test/fixtures/torch-ctc.json", import.meta.url), "utf8")) as {
    cases: Case[];
  }
).cases;

const maskOf = (lengths: readonly number[], T: number) =>
  tensor(
    Int32Array.from({ length: lengths.length * T }, (_, i) => Number(i % T < lengths[Math.floor(i / T)]!)),
    [lengths.length, T],
  );

/** Loss, and the gradient of Σ upstream · loss. */
function run(x: Tensor, labels: Tensor, options: CtcLossOptions, upstream: readonly number[]) {
  const kernels = x.dtype === "float64" ? reference : FAST["relaxed"]!;
  return withScope(kernels, true, (scope) => {
    const placed = scope.place(x);
    placed.tracked = true;
    const y = ops.ctcLoss(placed, labels, options);
    const loss = Array.from(y.data);
    scope.backward(ops.sum(ops.mul(y, tensor(Float64Array.from(upstream), [upstream.length]))));
    return { loss, gradient: Array.from(placed.grad!.data) };
  });
}

for (const { name, blank, zeroInfinity, logits, labels, lengths, loss, upstream, gradient } of cases) {
  test(`${name}: equals PyTorch's, value and gradient`, () => {
    const [B, T, K] = [logits.length, logits[0]!.length, logits[0]![0]!.length];
    const flat = logits.flat(2);
    const wanted = gradient.flat(2);
    const padded = tensor(
      Int32Array.from(labels.flat(), (label) => (label < 0 ? -1 : label)),
      [B, labels[0]!.length],
    );
    const options = { blank, zeroInfinity, mask: maskOf(lengths, T) };
    const exact = run(tensor(Float64Array.from(flat), [B, T, K]), padded, options, upstream);
    assertClose(exact.loss, loss, "loss", 1e-12);
    assertClose(exact.gradient, wanted, "gradient", 1e-9, 1e-3);
    const fast = run(tensor(Float32Array.from(flat), [B, T, K]), padded, options, upstream);
    assertClose(fast.loss, loss, "float32 loss", 1e-6);
    assertClose(fast.gradient, wanted, "float32 gradient", 1e-5, 1);
    const given = tensor(Int32Array.from(labels, (text) => text.filter((label) => label >= 0).length), [B]); // prettier-ignore
    const counted = run(tensor(Float64Array.from(flat), [B, T, K]), padded, { ...options, labelLengths: given }, upstream); // prettier-ignore
    assert.deepEqual(counted, exact, "lengths that are given say what the padding says");
  });
}

/** −ln Σ over every path of T classes that becomes the text. */
function bruteForce(logits: readonly number[][], text: readonly number[], blank: number): number {
  const K = logits[0]?.length ?? 1;
  const rows = logits.map((row) => {
    const sum = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / sum);
  });
  let p = 0;
  for (let code = 0; code < K ** rows.length; code++) {
    const path = rows.map((_, t) => Math.floor(code / K ** t) % K);
    const merged = path.filter((k, t) => k !== blank && (t === 0 || path[t - 1] !== k));
    if (merged.join() === text.join()) p += path.reduce((product, k, t) => product * rows[t]![k]!, 1);
  }
  return -Math.log(p);
}

test("the loss is the sum over all paths, for any steps, classes, blank and text", () => {
  const small = fc
    .record({ T: fc.integer({ min: 0, max: 5 }), K: fc.integer({ min: 2, max: 4 }), seed: fc.nat(), L: fc.nat(4) })
    .chain((sizes) => fc.record({ blank: fc.nat(sizes.K - 1), sizes: fc.constant(sizes) }));
  const property = fc.property(small, ({ blank, sizes: { T, K, seed, L } }) => {
    const random = new Random(seed);
    const logits = Array.from({ length: T }, () => Array.from({ length: K }, () => 6 * random.uniform() - 3));
    const text = Array.from({ length: L }, () => (blank + 1 + random.below(K - 1)) % K);
    const x = tensor(Float64Array.from(logits.flat()), [1, T, K]);
    const labels = tensor(Int32Array.from([...text, -1]), [1, L + 1]);
    const got = ops.ctcLoss(x, labels, { blank, zeroInfinity: true }).data[0]!;
    const wanted = bruteForce(logits, text, blank);
    assertClose([got], [wanted === Infinity ? 0 : wanted], "loss", 1e-9);
  });
  fc.assert(property, { numRuns: 150 });
});

test("the gradient is that of central differences", () => {
  const random = new Random(5);
  const values = Array.from({ length: 2 * 6 * 4 }, () => 4 * random.uniform() - 2);
  const labels = tensor(Int32Array.from([1, 1, 3, 2, -1, -1]), [2, 3]);
  const mask = maskOf([6, 4], 6);
  const loss = () => {
    const each = ops.ctcLoss(tensor(Float64Array.from(values), [2, 6, 4]), labels, { mask }).data;
    return each[0]! * 0.7 + each[1]! * 1.3;
  };
  const { gradient } = run(tensor(Float64Array.from(values), [2, 6, 4]), labels, { mask }, [0.7, 1.3]);
  assertClose(gradient, numericGradient(loss, values), "gradient", 1e-7, 1e-2);
});

test("masked steps do not count, wherever they stand", () => {
  const random = new Random(8);
  const values = Float64Array.from({ length: 7 * 3 }, () => random.uniform());
  const kept = [1, 2, 4, 6];
  const mask = tensor(Int32Array.from({ length: 7 }, (_, t) => Number(kept.includes(t))), [1, 7]); // prettier-ignore
  const short = Float64Array.from(kept.flatMap((t) => [...values.subarray(t * 3, t * 3 + 3)]));
  const labels = tensor(Int32Array.from([2, 1]), [1, 2]);
  const all = run(tensor(values, [1, 7, 3]), labels, { mask }, [1]);
  const own = run(tensor(short, [1, 4, 3]), labels, {}, [1]);
  assert.deepEqual(all.loss, own.loss);
  assert.deepEqual(kept.flatMap((t) => all.gradient.slice(t * 3, t * 3 + 3)), own.gradient); // prettier-ignore
  assert.deepEqual(all.gradient.slice(0, 3), [0, 0, 0]);
});

test("2,000 steps and 300 labels: finite, the posteriors of each step sum to 1, float32 as float64", () => {
  const [T, K, L] = [2000, 30, 300];
  const random = new Random(3);
  // Far from any path of the text: its probability is about e^-20000, far below what a float64 can hold.
  const values = Array.from({ length: T * K }, () => 20 * random.uniform());
  const labels = tensor(Int32Array.from({ length: L }, () => 1 + random.below(K - 1)), [1, L]); // prettier-ignore
  const exact = run(tensor(Float64Array.from(values), [1, T, K]), labels, {}, [1]);
  assert.ok(exact.loss[0]! > 3000 && exact.loss[0]! < Infinity, String(exact.loss[0]));
  for (let t = 0; t < T; t++) {
    const sum = exact.gradient.slice(t * K, (t + 1) * K).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum) < 1e-9, `softmax and posteriors both sum to 1 at step ${t}, they differ by ${sum}`);
  }
  const fast = run(tensor(Float32Array.from(values), [1, T, K]), labels, {}, [1]);
  assertClose(fast.loss, exact.loss, "loss", 1e-6);
});

test("what does not fit is an error that names the sample", () => {
  const x = tensor(new Float32Array(2 * 3 * 4), [2, 3, 4]);
  const loss = (labels: number[][], options: CtcLossOptions = {}) =>
    ops.ctcLoss(x, tensor(labels, undefined, "int32"), options);
  const rows: [RegExp, () => unknown][] = [
    [/sample 1: its 3 labels and 1 blanks between equal ones need at least 4 steps, got 3/, () => loss([[1, 2, 3], [1, 1, 2]])], // prettier-ignore
    [/sample 0: its 2 labels need at least 2 steps, got 1/, () => loss([[1, 2], [1, -1]], { mask: maskOf([1, 3], 3) })], // prettier-ignore
    [/sample 0: label 2 at 2 comes after the padding at 1/, () => loss([[1, -1, 2], [1, 1, 1]])], // prettier-ignore
    [/sample 1: labels are classes from 0 to 3 without the blank, 0; got 4 at 0/, () => loss([[1], [4]])],
    [
      /sample 0: the length of its text must be 0 to 1, got 2/,
      () => loss([[1], [2]], { labelLengths: tensor([2, 1]) }),
    ],
    [/blank must be a class of 0 to 3, or -4 to -1 from the end, got 4/, () => loss([[1], [2]], { blank: 4 })],
    [/expected logits \[B, T, K\] and labels \[B, L\], got \[2, 3, 4\] and \[3, 1\]/, () => loss([[1], [2], [3]])],
    [/expected a mask \[2, 3\], got \[2, 2\]/, () => loss([[1], [2]], { mask: maskOf([1, 2], 2) })],
  ];
  for (const [message, act] of rows) assert.throws(act, message);
});

test("the recursion equals its twin on logarithms, also where probabilities are far below a float64's least", () => {
  const sizes = fc.record({ T: fc.integer({ min: 1, max: 60 }), K: fc.integer({ min: 2, max: 6 }), L: fc.nat(25) });
  const property = fc.property(sizes, fc.nat(), fc.constantFrom(1, 30, 900), ({ T, K, L }, seed, scale) => {
    const random = new Random(seed);
    const data = Float64Array.from({ length: T * K }, () => scale * (2 * random.uniform() - 1));
    if (seed % 3 === 0) data[random.below(T * K)] = -Infinity;
    const text = Array.from({ length: L }, () => 1 + random.below(K - 1));
    const steps = Array.from({ length: T }, (_, t) => t);
    const runOn = (lattice: CtcLattice | CtcLogLattice) => {
      const slope: Rows = { data: new Float64Array(T * K), from: 0 };
      return { loss: lattice.run({ data, from: 0 }, steps, text, slope), slope: Array.from(slope.data) };
    };
    const [wide, log] = [runOn(new CtcLattice(T, K, 0)), runOn(new CtcLogLattice(T, K, 0))];
    if (log.loss === Infinity) return assert.equal(wide.loss, Infinity);
    // Near 0 the error is that of the sums it is the difference of.
    assertClose([wide.loss], [log.loss], "loss", 1e-11, 1);
    // Logarithms of 50,000 have an error of 1e-11, which is the larger one of the two.
    assertClose(wide.slope, log.slope, "slope", 1e-9, 1);
  });
  fc.assert(property, { numRuns: 300 });
});
