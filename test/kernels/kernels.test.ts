import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { BINARY, REDUCE, UNARY, type Binary, type Reduce, type Unary } from "../../src/kernels/kernels.js";
import { hashBits } from "../../src/util/random.js";
import { agree, Bench, close, Numbers, VARIANTS } from "./compare.js";

const size = (max: number) => fc.oneof(fc.constant(1), fc.integer({ min: 1, max }));

test("gemm in all transpositions, with and without accumulation", () => {
  const cases = fc.record({
    M: size(70),
    N: size(70),
    K: size(600),
    tA: fc.boolean(),
    tB: fc.boolean(),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(cases, fc.boolean(), ({ M, N, K, tA, tB, seed }, accumulate) => {
      const n = new Numbers(seed);
      const [a, b, c] = [n.normal(M * K, 1 / Math.sqrt(K)), n.normal(K * N), n.normal(M * N)];
      agree((bench) => {
        const out = accumulate ? bench.floats(c) : bench.room(M * N);
        bench.kernels.gemm(out, bench.floats(a), bench.floats(b), M, N, K, tA, tB, accumulate);
        return { c: bench.read(out, M * N) };
      });
    }),
    { numRuns: 150 },
  );
});

test("gemm over several blocks in every direction", () => {
  const [M, N, K] = [261, 530, 517];
  const n = new Numbers(3);
  const [a, b] = [n.normal(M * K), n.normal(K * N)];
  for (const [tA, tB] of [[false, false], [true, false], [false, true], [true, true]] as const) {
    agree((bench) => {
      const out = bench.room(M * N);
      bench.kernels.gemm(out, bench.floats(a), bench.floats(b), M, N, K, tA, tB, false);
      return { c: bench.read(out, M * N) };
    });
  } // prettier-ignore
});

test("gemm with K = 0 gives zeros, or leaves what is there", () => {
  for (const kernels of Object.values(VARIANTS)) {
    const bench = new Bench(kernels);
    const c = bench.floats([1, 2, 3, 4]);
    kernels.gemm(c, c, c, 2, 2, 0, false, false, true);
    assert.deepEqual([...bench.read(c, 4)], [1, 2, 3, 4]);
    kernels.gemm(c, c, c, 2, 2, 0, false, false, false);
    assert.deepEqual([...bench.read(c, 4)], [0, 0, 0, 0]);
    bench.free();
  }
});

const POSITIVE = new Set<Unary>(["log", "sqrt", "log1p", "reciprocal"]);

for (const f of Object.keys(UNARY) as Unary[]) {
  test(`unary ${f}: value and slope, each element to float32 rounding`, () => {
    const n = new Numbers(UNARY[f]);
    const x = n.normal(1003, 3).map((v) => (POSITIVE.has(f) ? Math.abs(v) + 0.01 : v));
    const dy = n.normal(x.length);
    agree((bench) => {
      const [px, pdy, y, dx] = [bench.floats(x), bench.floats(dy), bench.room(x.length), bench.room(x.length)];
      bench.kernels.unary(f, y, px, x.length);
      const value = bench.read(y, x.length);
      bench.kernels.unaryGrad(f, dx, pdy, px, y, x.length);
      return { value, slope: bench.read(dx, x.length) };
    });
  });

  test(`unary ${f}: NaN, infinities, large and tiny arguments`, () => {
    for (const x of [NaN, Infinity, -Infinity, 100, -100, 88, -87, 1e-20, -1e-20, 1e-42, 0, 1e30, -1e30]) {
      agree((bench) => {
        const y = bench.room(1);
        bench.kernels.unary(f, y, bench.floats([x]), 1);
        const value = bench.read(y, 1).map((v) => (v > 3.4028235e38 ? Infinity : Math.abs(v) < 1.2e-38 ? 0 : v));
        return { value };
      });
    }
  });
}

/** Small values must be right in themselves, not only beside large ones. */
test("tanh, exponential and sigmoid have small relative errors", () => {
  for (const [f, exact] of [["tanh", Math.tanh], ["exponential", Math.exp], ["sigmoid", (x: number) => 1 / (1 + Math.exp(-x))]] as const) {
    const x = Float32Array.from({ length: 20001 }, (_, i) => (i - 10000) / 120);
    for (const kernels of Object.values(VARIANTS)) {
      const bench = new Bench(kernels);
      const y = bench.room(x.length);
      kernels.unary(f, y, bench.floats(x), x.length);
      bench.read(y, x.length).forEach((got, i) => {
        const want = exact(x[i]!);
        assert.ok(Math.abs(got - want) <= 5e-7 * Math.abs(want), `${kernels.name} ${f}(${x[i]}) = ${got}, want ${want}`);
      });
      bench.free();
    }
  }
}); // prettier-ignore

for (const f of Object.keys(BINARY) as Binary[]) {
  test(`binary ${f}`, () => {
    const n = new Numbers(BINARY[f] + 100);
    const a = n.normal(70).map((v) => (f === "pow" ? Math.abs(v) : Math.round(v * 4) / 4));
    const b = n.normal(70).map((v) => (f === "div" ? v + Math.sign(v) : Math.round(v * 4) / 4));
    agree((bench) => {
      const k = bench.kernels;
      const [pa, pb] = [bench.floats(a), bench.floats(b)];
      const [y, left, right, rows] = [bench.room(70), bench.room(70), bench.room(70), bench.room(70)];
      k.binary(f, y, pa, 70, pb, 70, 70);
      k.binary(f, left, pa, 1, pb, 70, 70);
      k.binary(f, right, pa, 70, pb, 1, 70);
      k.binaryRow(f, rows, pa, pb, 10, 7);
      return { y: bench.read(y, 70), left: bench.read(left, 70), right: bench.read(right, 70), rows: bench.read(rows, 70) };
    });
  }); // prettier-ignore
}

test("vector kernels: fill, axpy, scale, where, clip, conversions, sums and searches", () => {
  for (const n of [1, 3, 4, 17, 64, 1001]) {
    const numbers = new Numbers(n);
    const [x, y] = [numbers.normal(n, 10), numbers.normal(n)];
    const cond = numbers.below(n, 2);
    agree((bench) => {
      const k = bench.kernels;
      const px = bench.floats(x);
      const [filled, added, scaled, chosen, clipped] = [bench.room(n), bench.floats(y), bench.room(n), bench.room(n), bench.room(n)];
      k.fill(filled, 0.3, n);
      k.axpy(added, -0.7, px, n);
      k.scale(scaled, 2.5, px, n);
      k.where(chosen, bench.ints(cond), px, added, n);
      k.clip(clipped, px, -1.5, 4, n);
      const [whole, back] = [bench.ints(cond), bench.room(n)];
      k.floatToInt(whole, px, n);
      k.intToFloat(back, whole, n);
      const broken = bench.floats(x.map((v, i) => (i === n - 1 ? Infinity : v)));
      const [low, high] = k.rangeOfInts(whole, n);
      return {
        filled: bench.read(filled, n), added: bench.read(added, n), scaled: bench.read(scaled, n), chosen: bench.read(chosen, n),
        clipped: bench.read(clipped, n), whole: bench.readInts(whole, n), back: bench.read(back, n),
        found: Float64Array.of(k.findNonFinite(px, n), k.findNonFinite(broken, n), low, high), sum: Float64Array.of(k.sumSquares(px, n)),
      };
    });
  } // prettier-ignore
});

test("conversions saturate, NaN becomes 0", () => {
  agree((bench) => {
    const y = bench.ints(new Int32Array(5));
    bench.kernels.floatToInt(y, bench.floats([1e10, -1e10, NaN, -1.9, 1.9]), 5);
    return { y: bench.readInts(y, 5) };
  });
});

for (const f of Object.keys(REDUCE) as Reduce[]) {
  test(`reduce ${f}, and argMax`, () => {
    fc.assert(
      fc.property(size(9), size(40), size(37), fc.nat(), fc.boolean(), (outer, n, inner, seed, wanted) => {
        const numbers = new Numbers(seed);
        const x = numbers.normal(outer * n * inner).map((v) => Math.round(v * 8) / 8);
        const start = numbers.normal(outer * inner);
        const accumulate = wanted && f !== "max";
        agree((bench) => {
          const y = accumulate ? bench.floats(start) : bench.room(outer * inner);
          const px = bench.floats(x);
          const index = bench.ints(new Int32Array(outer * inner));
          bench.kernels.reduce(f, y, px, outer, n, inner, accumulate);
          bench.kernels.argMax(index, px, outer, n, inner);
          return { y: bench.read(y, outer * inner), index: bench.readInts(index, outer * inner) };
        });
      }),
      { numRuns: 60 },
    );
  });
}

/** A permuted copy of a box, with repeated (source) or summed (destination) axes. */
test("copy between strided layouts", () => {
  const dims = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(dims, fc.nat(), fc.constantFrom("plain", "repeat", "sum"), (sizes, seed, kind) => {
      const numbers = new Numbers(seed);
      const order = Int32Array.from(sizes.keys());
      numbers.random.shuffle(order);
      const special = numbers.random.below(sizes.length);
      const total = sizes.reduce((a, b) => a * b, 1);
      const dense = (axes: Iterable<number>) => {
        const strides: number[] = [];
        let step = 1;
        for (const axis of [...axes].reverse()) {
          strides[axis] = step;
          step *= sizes[axis]!;
        }
        return strides;
      };
      const source = dense(sizes.keys()).map((s, axis) => (kind === "repeat" && axis === special ? 0 : s));
      const target = dense(order).map((s, axis) => (kind === "sum" && axis === special ? 0 : s));
      const [x, y] = [numbers.normal(total), numbers.normal(total)];
      const whole = numbers.below(total, 1000);
      agree((bench) => {
        const dst = bench.floats(y);
        bench.kernels.copy(dst, bench.floats(x), sizes, target, source, kind === "sum");
        const ints = bench.ints(new Int32Array(total));
        if (kind !== "sum") bench.kernels.copyInts(ints, bench.ints(whole), sizes, target, source);
        return { dst: bench.read(dst, total), ints: bench.readInts(ints, total) };
      });
    }),
    { numRuns: 150 },
  );
});

test("rows by index: gather and scatter-add with repeated indices", () => {
  for (const [rows, cols, n] of [[1, 1, 1], [7, 5, 20], [65, 64, 300]] as const) {
    const numbers = new Numbers(cols);
    const [table, dy, index] = [numbers.normal(rows * cols), numbers.normal(n * cols), numbers.below(n, rows)];
    agree((bench) => {
      const [y, sums, at] = [bench.room(n * cols), bench.floats(table), bench.ints(index)];
      bench.kernels.gatherRows(y, bench.floats(table), at, n, cols);
      bench.kernels.scatterAddRows(sums, bench.floats(dy), at, n, cols);
      return { y: bench.read(y, n * cols), sums: bench.read(sums, rows * cols) };
    });
  } // prettier-ignore
});

test("softmax, cross-entropy and layer normalisation, forward and backward", () => {
  for (const [rows, cols] of [[1, 1], [3, 2], [5, 7], [33, 65]] as const) {
    const numbers = new Numbers(rows);
    const x = numbers.normal(rows * cols, 4);
    const dy = numbers.normal(rows * cols);
    const dloss = numbers.normal(rows);
    const label = numbers.below(rows, cols);
    const [gamma, beta] = [numbers.normal(cols), numbers.normal(cols)];
    for (const affine of [true, false]) agree((bench) => {
      const k = bench.kernels;
      const n = rows * cols;
      const [px, pdy, labels] = [bench.floats(x), bench.floats(dy), bench.ints(label)];
      const [y, dx, loss, p, dlogits, normal, dnormal] = [n, n, rows, n, n, n, n].map((length) => bench.room(length)) as Seven;
      k.softmax(y, px, rows, cols);
      k.softmaxGrad(dx, pdy, y, rows, cols);
      k.sparseCrossEntropy(loss, p, px, labels, rows, cols);
      k.sparseCrossEntropyGrad(dlogits, bench.floats(dloss), p, labels, rows, cols);
      const [stats, dgamma, dbeta] = [bench.room(rows * 2), bench.floats(beta), bench.floats(gamma)];
      const g = bench.floats(affine ? gamma : undefined);
      k.layerNorm(normal, stats, px, g, bench.floats(affine ? beta : undefined), 0.01, rows, cols);
      k.layerNormGrad(dnormal, affine ? dgamma : 0, affine ? dbeta : 0, pdy, stats, px, g, rows, cols);
      const short = { y, dx, p, dlogits, normal, dnormal };
      return {
        ...Object.fromEntries(Object.entries(short).map(([name, ptr]) => [name, bench.read(ptr, n)])),
        loss: bench.read(loss, rows), stats: bench.read(stats, rows * 2), dgamma: bench.read(dgamma, cols), dbeta: bench.read(dbeta, cols),
      };
    });
  } // prettier-ignore
});
type Seven = [number, number, number, number, number, number, number];

test("softmax of huge, equal and NaN rows", () => {
  agree((bench) => {
    const y = bench.room(12);
    bench.kernels.softmax(y, bench.floats([1e30, 0, -1e30, 5, 5, 5, -200, 0, 200, NaN, 1, 2]), 4, 3);
    return { y: bench.read(y, 12).map((v) => (Math.abs(v) < 1e-30 ? 0 : v)) };
  });
});

test("optimizers over several steps", () => {
  const n = 77;
  const numbers = new Numbers(8);
  const p0 = numbers.normal(n);
  const gradients = [1, 2, 3].map(() => numbers.normal(n));
  type Step = (k: Bench["kernels"], p: number, g: number, s: number[]) => void;
  const steps: Record<string, Step> = {
    sgd: (k, p, g) => k.sgd(p, g, 0, n, 0.1, 0, false),
    momentum: (k, p, g, [v]) => k.sgd(p, g, v!, n, 0.1, 0.9, false),
    nesterov: (k, p, g, [v]) => k.sgd(p, g, v!, n, 0.1, 0.9, true),
    adam: (k, p, g, [m, v]) => k.adam(p, g, m!, v!, n, 0.01, 0.9, 0.999, 1e-7, 1, 0),
    nadam: (k, p, g, [m, v]) => k.adam(p, g, m!, v!, n, 0.01, 0.9, 0.999, 1e-7, 0.9, 0.1),
    rmsprop: (k, p, g, [v]) => k.rmsprop(p, g, v!, 0, 0, n, 0.01, 0.9, 0, 1e-7),
    centered: (k, p, g, [v, a, m]) => k.rmsprop(p, g, v!, a!, m!, n, 0.01, 0.9, 0.5, 1e-3),
    adagrad: (k, p, g, [s]) => k.adagrad(p, g, s!, n, 0.1, 1e-7),
  };
  for (const [name, step] of Object.entries(steps)) {
    agree((bench) => {
      const p = bench.floats(p0);
      const states = [0, 1, 2].map(() => bench.floats(new Float32Array(n)));
      for (const g of gradients) step(bench.kernels, p, bench.floats(g), states);
      return { [name]: bench.read(p, n), state: bench.read(states[0]!, n), second: bench.read(states[1]!, n) };
    });
  }
});

test("Adam's moments of a parameter without gradient become zero, not denormals", () => {
  for (const kernels of Object.values(VARIANTS)) {
    const bench = new Bench(kernels);
    const [p, g, m, v] = [bench.floats([1]), bench.floats([0]), bench.floats([1e-29]), bench.floats([1e-29])];
    for (let i = 0; i < 5000; i++) kernels.adam(p, g, m, v, 1, 0.001, 0.9, 0.99, 1e-7, 1, 0);
    assert.equal(bench.read(m, 1)[0], 0);
    assert.equal(bench.read(v, 1)[0], 0);
    bench.free();
  }
});

test("dropoutMask is the stream of hashBits", () => {
  for (const kernels of Object.values(VARIANTS)) {
    const bench = new Bench(kernels);
    const y = bench.room(1000);
    kernels.dropoutMask(y, 0x89abcdef, 0.3, 1000);
    const want = Float64Array.from({ length: 1000 }, (_, i) => (hashBits(0x89abcdef, i) < 0.3 * 2 ** 32 ? 0 : Math.fround(1 / 0.7)));
    close("mask", bench.read(y, 1000), want, 0);
    bench.free();
  } // prettier-ignore
});
