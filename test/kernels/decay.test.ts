/** GRU-D's kernels against their twins in float64, and the same bits for any number of threads. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecayedCall } from "../../src/kernels/decay.js";
import { sequenceKernels } from "../../src/kernels/sequence-kernels.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { agree, Numbers, runCase, SEQUENCE_VARIANTS, type Case } from "./compare.js";

interface Shape {
  B: number;
  T: number;
  D: number;
  H: number;
  seed: number;
  reverse: boolean;
  masked: boolean;
  initial: boolean;
  dropped: boolean;
  resetAfter: boolean;
  bias: boolean;
  zeroOutputForMask: boolean;
}

const flag = fc.boolean();
const shapes = fc.record({
  B: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 })),
  T: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 })),
  D: fc.integer({ min: 1, max: 14 }),
  H: fc.integer({ min: 1, max: 35 }),
  seed: fc.nat(),
  reverse: flag, masked: flag, initial: flag, dropped: flag, resetAfter: flag, bias: flag, zeroOutputForMask: flag,
}); // prettier-ignore

const stepMask = (n: Numbers, size: number) => n.below(size, 3).map((v) => Math.min(v, 1));

/** Values, zeros and ones, gaps of whole and half units. */
function observations(n: Numbers, { B, T, D }: Shape): Float32Array {
  const x = n.normal(B * T * 3 * D);
  return x.map((v, i) => {
    const part = Math.floor(i / D) % 3;
    return part === 0 ? v : part === 1 ? +(v > 0) : Math.abs(Math.round(2 * v)) / 2;
  });
}

function imputed(s: Shape): Case {
  const { B, T, D, reverse } = s;
  const n = new Numbers(s.seed);
  const x = observations(n, s);
  const [w, b, mean, last0] = [n.normal(D), n.normal(D), n.normal(D), n.normal(B * D)];
  const mask = stepMask(n, B * T);
  const [dy, dgaps, dlastT] = [n.normal(B * T * 2 * D), n.normal(B * T * D), n.normal(B * D)];
  return (bench) => {
    const k = sequenceKernels(bench.kernels, "test");
    const call = {
      B, T, D, reverse, x: bench.floats(x), w: bench.floats(w), b: bench.floats(b), mean: bench.floats(mean),
      last0: bench.floats(s.initial ? last0 : undefined), mask: bench.ints(s.masked ? mask : undefined),
      y: bench.room(B * T * 2 * D), gaps: bench.room(B * T * D), before: bench.room(B * T * D), lastT: bench.room(B * D),
    }; // prettier-ignore
    k.impute(call);
    const g = {
      dy: bench.floats(dy), dgaps: bench.floats(s.bias ? dgaps : undefined), dlastT: bench.floats(s.dropped ? dlastT : undefined),
      dx: bench.room(B * T * 3 * D), dw: bench.floats(mean), db: bench.floats(w), dmean: bench.floats(b), dlast0: bench.room(B * D),
    }; // prettier-ignore
    k.imputeGrad(call, g);
    const inference = { ...call, before: 0, y: bench.room(B * T * 2 * D) };
    k.impute(inference);
    return {
      y: bench.read(call.y, B * T * 2 * D),
      inferenceY: bench.read(inference.y, B * T * 2 * D),
      gaps: bench.read(call.gaps, B * T * D),
      lastT: bench.read(call.lastT, B * D),
      dx: bench.read(g.dx, B * T * 3 * D),
      dw: bench.read(g.dw, D),
      db: bench.read(g.db, D),
      dmean: bench.read(g.dmean, D),
      dlast0: bench.read(g.dlast0, B * D),
    };
  };
}

function factors({ B, T, H, seed, masked }: Shape): Case {
  const n = new Numbers(seed);
  const [rows, size] = [B * T, B * T * H];
  const [a, b, dy] = [n.normal(size), n.normal(H), n.normal(size)];
  const mask = stepMask(n, rows);
  return (bench) => {
    const k = sequenceKernels(bench.kernels, "test");
    const y = bench.floats(a);
    k.decay(y, y, bench.floats(b), bench.ints(masked ? mask : undefined), rows, H);
    const da = bench.room(size);
    k.decayGrad(da, bench.floats(dy), y, size);
    return { y: bench.read(y, size), da: bench.read(da, size) };
  };
}

function decayed(s: Shape): Case {
  const { B, T, D, H, reverse, resetAfter, zeroOutputForMask } = s;
  const n = new Numbers(s.seed);
  const [x, dy, dhT, h0] = [n.normal(B * T * D), n.normal(B * T * H), n.normal(B * H), n.normal(B * H, 0.5)];
  const [W, U, b] = [
    n.normal(D * 3 * H, 1 / Math.sqrt(D)),
    n.normal(H * 3 * H, 0.7 / Math.sqrt(H)),
    n.normal(6 * H, 0.3),
  ];
  const [mask, dropout] = [stepMask(n, B * T), stepMask(n, B * H)];
  const decay = n.normal(B * T * H).map((v, i) => (s.masked && !mask[Math.floor(i / H)] ? 1 : Math.exp(-Math.abs(v))));
  const biases = (resetAfter ? 2 : 1) * 3 * H;
  return (bench) => {
    const k = sequenceKernels(bench.kernels, "test");
    const call: DecayedCall = {
      B, T, D, H, reverse, resetAfter, zeroOutputForMask, activation: "tanh", recurrentActivation: "sigmoid",
      x: bench.floats(x), W: bench.floats(W), U: bench.floats(U), b: bench.floats(s.bias ? b : undefined),
      h0: bench.floats(s.initial ? h0 : undefined), c0: 0, cT: 0, mask: bench.ints(s.masked ? mask : undefined),
      stateDropout: bench.floats(s.dropped ? dropout : undefined), decay: bench.floats(decay), decayed: bench.room(T * B * H),
      y: bench.room(B * T * H), hT: bench.room(B * H), saved: bench.room(k.savedLength("gru", B, T, H)),
    }; // prettier-ignore
    k.gruDecayed(call);
    const g = {
      dy: bench.floats(dy), dhT: bench.floats(dhT), dcT: 0, dx: bench.room(B * T * D), dW: bench.floats(W), dU: bench.floats(U),
      db: bench.floats(s.bias ? b.subarray(0, biases) : undefined), dh0: bench.room(B * H), dc0: 0, ddecay: bench.room(B * T * H),
    }; // prettier-ignore
    k.gruDecayedGrad(call, g);
    const inference = {
      ...call,
      saved: 0,
      decayed: bench.room(B * H),
      y: bench.room(B * T * H),
      hT: bench.room(B * H),
    };
    k.gruDecayed(inference);
    return {
      y: bench.read(call.y, B * T * H),
      hT: bench.read(call.hT, B * H),
      inferenceY: bench.read(inference.y, B * T * H),
      inferenceHT: bench.read(inference.hT, B * H),
      dx: bench.read(g.dx, B * T * D),
      dW: bench.read(g.dW, D * 3 * H),
      dU: bench.read(g.dU, H * 3 * H),
      db: bench.read(g.db, s.bias ? biases : 0),
      dh0: bench.read(g.dh0, B * H),
      ddecay: bench.read(g.ddecay, B * T * H),
    };
  };
}

/** A plain recurrent call after one with factors must not see them. */
function plainAfter(s: Shape): Case {
  const body = decayed(s);
  const { B, T, D, H } = s;
  const n = new Numbers(3);
  const [x, W] = [n.normal(B * T * D), n.normal(D * 3 * H, 1 / Math.sqrt(D))];
  const U = n.normal(H * 3 * H, 0.7 / Math.sqrt(H));
  return (bench) => {
    body(bench);
    const y = bench.room(B * T * H);
    bench.kernels.recurrentForward("gru", {
      B, T, D, H, reverse: false, x: bench.floats(x), W: bench.floats(W), U: bench.floats(U), b: 0, h0: 0, c0: 0, cT: 0, mask: 0,
      stateDropout: 0, activation: "tanh", recurrentActivation: "sigmoid", resetAfter: true, zeroOutputForMask: false, y, hT: 0, saved: 0,
    }); // prettier-ignore
    return { y: bench.read(y, B * T * H) };
  };
}

for (const [name, body] of Object.entries({ imputed, factors, decayed, plainAfter })) {
  test(`${name}: the fast kernels agree with the reference over shapes and options`, () => {
    const floor = ({ B, T }: Shape) => Math.sqrt(B * T);
    fc.assert(
      fc.property(shapes, (s) => agree(body(s), floor(s), SEQUENCE_VARIANTS)),
      { numRuns: 60 },
    );
  });
}

test("1, 2 and 3 threads give the same bits", async () => {
  const common = { B: 37, T: 11, D: 45, H: 45, seed: 5, reverse: false, masked: true, initial: true, dropped: true };
  const cases = [true, false].flatMap((resetAfter) => {
    const s = { ...common, resetAfter, bias: resetAfter, zeroOutputForMask: false };
    return [imputed({ ...s, reverse: resetAfter }), factors(s), decayed(s)];
  });
  const kernels = loadKernels();
  const alone = cases.map((body) => runCase(kernels, body));
  for (const count of [2, 3]) {
    await kernels.setThreads(count);
    for (const [i, body] of cases.entries())
      assert.deepEqual(runCase(kernels, body), alone[i], `case ${i}, ${count} threads`);
  }
  await kernels.setThreads(1);
});
