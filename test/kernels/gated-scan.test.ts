import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { MinimalCell } from "../../src/kernels/gated-scan.js";
import { sequenceKernels } from "../../src/kernels/sequence-kernels.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { agree, close, Numbers, reference, runCase, SEQUENCE_VARIANTS, type Case } from "./compare.js";

interface Sizes {
  B: number;
  T: number;
  H: number;
}

interface Options {
  cell: MinimalCell;
  positive?: boolean;
  reverse?: boolean;
  zeroOutputForMask?: boolean;
  masked?: boolean;
  /** without bias, initial state, and gradient at the last state */
  bare?: boolean;
  /** added to all gates */
  shift?: number;
}

function scan({ B, T, H }: Sizes, options: Options, seed = 1): Case {
  const numbers = new Numbers(seed);
  const GH = (options.cell === "minGru" ? 2 : 3) * H;
  const a = numbers.normal(B * T * GH, 2).map((v) => v + (options.shift ?? 0));
  const [b, h0, dy, dhT] = [GH, B * H, B * T * H, B * H].map((n) => numbers.normal(n));
  const mask = options.masked ? numbers.below(B * T, 2) : undefined;
  const { cell, positive = false, reverse = false, zeroOutputForMask = false, bare = false } = options;
  return (bench) => {
    const k = sequenceKernels(bench.kernels, "test");
    const some = (values: Float32Array | undefined) => (bare ? 0 : bench.floats(values));
    const [y, hT, dh0] = [bench.room(B * T * H), bench.room(B * H), bench.room(B * H)];
    const place = { a: bench.floats(a), b: some(b), h0: some(h0), mask: bench.ints(mask), y, hT };
    const call = { cell, positive, reverse, zeroOutputForMask, keep: true, B, T, H, ...place };
    k.gatedScan(call);
    const db = bare ? 0 : bench.floats(new Float32Array(GH).fill(0.5));
    const forward = { y: bench.read(y, B * T * H), hT: bench.read(hT, B * H) };
    k.gatedScanBackward(call, { dy: bench.floats(dy), dhT: some(dhT), db, dh0 });
    const sums: Record<string, Float64Array> = bare ? {} : { db: bench.read(db, GH) };
    return { ...forward, ...sums, da: bench.read(place.a, B * T * GH), dh0: bench.read(dh0, B * H) };
  };
}

const sizes = fc.record({
  B: fc.integer({ min: 1, max: 5 }),
  T: fc.integer({ min: 1, max: 9 }),
  H: fc.integer({ min: 1, max: 37 }),
});
const options = fc.record({
  cell: fc.constantFrom<MinimalCell>("minGru", "minLstm"),
  positive: fc.boolean(),
  reverse: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  masked: fc.boolean(),
  bare: fc.boolean(),
});

test("gated scan: the fast kernels agree with the log-space form, forward and backward, for any sizes and options", () => {
  fc.assert(
    fc.property(sizes, options, fc.nat(1e6), (s, o, seed) => agree(scan(s, o, seed), 1, SEQUENCE_VARIANTS)),
    { numRuns: 60 },
  );
});

test("gated scan: any number of threads gives the same bits", async () => {
  const one = loadKernels();
  const three = loadKernels();
  await three.setThreads(3);
  for (const cell of ["minGru", "minLstm"] as const) {
    for (const size of [
      { B: 7, T: 90, H: 45 },
      { B: 1, T: 300, H: 130 },
    ]) {
      for (const masked of [false, true]) {
        const body = scan(size, { cell, masked, positive: masked }, 4);
        assert.deepEqual(
          runCase(three, body),
          runCase(one, body),
          `${cell}, ${JSON.stringify(size)}, masked ${masked}`,
        );
      }
    }
  }
  await three.setThreads(1);
});

const LONG = { B: 1, T: 65536, H: 8 };
/** Difference over the largest element after so many steps, float32 against float64. */
const LONG_TOLERANCE = 1e-5;

test(`gated scan: ${LONG.T} steps give what float64 gives, whether gates are open, nearly closed, or in between`, () => {
  for (const cell of ["minGru", "minLstm"] as const) {
    for (const shift of [-8, 0, 8]) {
      // minLstm forgets by the ratio of two gates, which a common shift leaves as it is
      const body = scan(LONG, { cell, shift: cell === "minGru" ? shift : 0, positive: shift > 0 }, 7);
      const [want, got] = [runCase(reference, body), runCase(loadKernels(), body)];
      for (const name of Object.keys(want)) close(`${cell} ${shift} ${name}`, got[name]!, want[name]!, LONG_TOLERANCE);
    }
  }
});

test("gated scan: where nothing is added, state and gradient shrink to 0 and not to denormals, which are slow", () => {
  const { B, T, H } = LONG;
  for (const cell of ["minGru", "minLstm"] as const) {
    const { y, da, dh0 } = runCase(loadKernels(), (bench) => {
      const k = sequenceKernels(bench.kernels, "test");
      const GH = (cell === "minGru" ? 2 : 3) * H;
      const [a, y, dh0] = [bench.floats(new Float32Array(B * T * GH)), bench.room(B * T * H), bench.room(B * H)];
      const ones = bench.floats(new Float32Array(B * H).fill(1));
      const call = {
        cell,
        positive: false,
        reverse: false,
        zeroOutputForMask: false,
        keep: true,
        B,
        T,
        H,
        a,
        b: 0,
        h0: ones,
        mask: 0,
        y,
        hT: 0,
      };
      k.gatedScan(call);
      const forward = bench.read(y, B * T * H);
      k.gatedScanBackward(call, { dy: 0, dhT: ones, db: 0, dh0 });
      return { y: forward, da: bench.read(a, B * T * GH), dh0: bench.read(dh0, B * H) };
    });
    const smallest = 2 ** -126;
    for (const values of [y!, da!, dh0!]) assert.ok(values.every((v) => v === 0 || Math.abs(v) >= smallest));
    assert.equal(y![0], 0.5);
    assert.equal(y!.at(-1), 0);
    assert.equal(dh0![0], 0);
  }
});

test("gated scan: no size of a gate gives NaN", () => {
  for (const kernels of Object.values(SEQUENCE_VARIANTS)) {
    for (const cell of ["minGru", "minLstm"] as const) {
      for (const shift of [-1e30, -300, -88, 88, 300, 1e30]) {
        const results = runCase(kernels, scan({ B: 1, T: 6, H: 5 }, { cell, shift, positive: true }));
        const largest = shift > 1e9 ? Infinity : 1e9;
        for (const [name, values] of Object.entries(results))
          assert.ok(
            values.every((v) => !Number.isNaN(v) && Math.abs(v) <= largest),
            `${cell}, gates of ${shift}: ${name}`,
          );
      }
    }
  }
});
