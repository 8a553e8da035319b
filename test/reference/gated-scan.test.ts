import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { GatedScanCall, MinimalCell } from "../../src/kernels/gated-scan.js";
import { sequenceKernels } from "../../src/kernels/sequence-kernels.js";
import { assertClose, numericGradient } from "./numeric.js";
import { normals, Random, Slots } from "./slots.js";

interface Options {
  cell: MinimalCell;
  positive: boolean;
  reverse: boolean;
  zeroOutputForMask: boolean;
  mask?: number[];
}

interface Values {
  /** W x [B, T, G·H] */
  a: number[];
  b: number[];
  h0: number[];
}

interface Outputs {
  y: number[];
  hT: number[];
}

const [B, T, H] = [2, 5, 3];
const MASK = [0, 1, 0, 1, 0, 1, 1, 0, 0, 1];
const PLAIN: Options = { cell: "minGru", positive: false, reverse: false, zeroOutputForMask: false };

function draw(cell: MinimalCell, seed: number, steps = T): Values {
  const random = new Random(seed);
  const GH = (cell === "minGru" ? 2 : 3) * H;
  return { a: normals(random, B * steps * GH).map((v) => 2 * v), b: normals(random, GH), h0: normals(random, B * H) };
}

function start(options: Options, values: Values, steps = T): { slots: Slots; call: GatedScanCall } {
  const slots = new Slots();
  const [y, hT] = [
    slots.put(new Array<number>(B * steps * H).fill(NaN)),
    slots.put(new Array<number>(B * H).fill(NaN)),
  ];
  const mask = options.mask ? slots.putInts(options.mask) : 0;
  const { a, b, h0 } = values;
  const call = {
    ...options,
    B,
    T: steps,
    H,
    keep: true,
    a: slots.put(a),
    b: slots.put(b),
    h0: slots.put(h0),
    mask,
    y,
    hT,
  };
  return { slots, call };
}

/** The kernel: the paper's log-space form. */
function logSpace(options: Options, values: Values, steps = T): Outputs {
  const { slots, call } = start(options, values, steps);
  sequenceKernels(slots.kernels, "test").gatedScan(call);
  return { y: slots.get(call.y, B * steps * H), hT: slots.get(call.hT, B * H) };
}

/** The equations of one step after another. */
function stepByStep({ cell, positive, reverse, zeroOutputForMask, mask }: Options, values: Values, steps = T): Outputs {
  const sigma = (x: number) => 1 / (1 + Math.exp(-x));
  const candidate = (x: number) => (!positive ? x : x >= 0 ? x + 0.5 : sigma(x));
  const G = cell === "minGru" ? 2 : 3;
  const [y, hT] = [new Array<number>(B * steps * H), [...values.h0]];
  const seen = new Set<number>();
  for (let k = 0; k < steps; k++) {
    const t = reverse ? steps - 1 - k : k;
    for (let row = 0; row < B; row++) {
      const used = !mask || mask[row * steps + t] === 1;
      if (used) seen.add(row);
      for (let j = 0; j < H; j++) {
        const at = (gate: number) => values.a[((row * steps + t) * G + gate) * H + j]! + values.b[gate * H + j]!;
        const [f, i] = G === 2 ? [sigma(-at(0)), sigma(at(0))] : [sigma(at(0)), sigma(at(1))];
        const h = row * H + j;
        if (used) hT[h] = (f! / (f! + i!)) * hT[h]! + (i! / (f! + i!)) * candidate(at(G - 1));
        y[(row * steps + t) * H + j] = used || (seen.has(row) && !zeroOutputForMask) ? hT[h]! : 0;
      }
    }
  }
  return { y, hT };
}

const options = fc.record({
  cell: fc.constantFrom<MinimalCell>("minGru", "minLstm"),
  positive: fc.boolean(),
  reverse: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  mask: fc.option(fc.array(fc.constantFrom(0, 1), { minLength: B * T, maxLength: B * T }), { nil: undefined }),
}) as fc.Arbitrary<Options>;

test("gated scan: the log-space form gives what the equations give, step after step", () => {
  fc.assert(
    fc.property(options, fc.nat(1e6), (chosen, seed) => {
      const values = draw(chosen.cell, seed);
      const [got, want] = [logSpace(chosen, values), stepByStep(chosen, values)];
      assertClose(got.y, want.y, "y", 1e-12, 1);
      assertClose(got.hT, want.hT, "hT", 1e-12, 1);
    }),
    { numRuns: 200 },
  );
});

test("gated scan: the log-space form holds over 4,096 steps, where e^A is far below what a float64 can hold", () => {
  for (const cell of ["minGru", "minLstm"] as const) {
    for (const positive of [false, true]) {
      const values = draw(cell, 3, 4096);
      const [got, want] = [{ ...PLAIN, cell, positive }].flatMap((o) => [
        logSpace(o, values, 4096),
        stepByStep(o, values, 4096),
      ]);
      assertClose(got!.y, want!.y, `${cell} y`, 1e-10, 1);
    }
  }
});

/** The positive candidate has a corner at 0, where a difference to both sides is no slope: that of a value this near is left out. */
const CORNER = 1e-3;

function meetsCorner({ cell, positive }: Options, { a, b }: Values): boolean {
  const G = cell === "minGru" ? 2 : 3;
  const isCandidate = (i: number) => Math.floor(i / H) % G === G - 1;
  return positive && a.some((x, i) => isCandidate(i) && Math.abs(x + b[i % (G * H)]!) < CORNER);
}

/** Compares every gradient of Σ y·dy + hT·dhT with central differences of the forward pass. */
function checkGradients(chosen: Options, seed: number, arrives: { dy: boolean; dhT: boolean }): void {
  const random = new Random(seed + 1000);
  const weights = { y: normals(random, B * T * H), hT: normals(random, B * H) };
  const values = draw(chosen.cell, seed);
  const dot = (out: number[], w: number[]) => w.reduce((sum, weight, i) => sum + weight * out[i]!, 0);
  const loss = () => {
    const out = logSpace(chosen, values);
    return (arrives.dy ? dot(out.y, weights.y) : 0) + (arrives.dhT ? dot(out.hT, weights.hT) : 0);
  };
  const { slots, call } = start(chosen, values);
  const kernels = sequenceKernels(slots.kernels, "test");
  kernels.gatedScan(call);
  const [db, dh0] = [slots.put(values.b.map(() => 0.25)), slots.put(values.h0.map(() => NaN))];
  const [dy, dhT] = [arrives.dy ? slots.put(weights.y) : 0, arrives.dhT ? slots.put(weights.hT) : 0];
  kernels.gatedScanBackward(call, { dy, dhT, db, dh0 });
  const label = JSON.stringify({ ...chosen, ...arrives, seed });
  assertClose(slots.get(call.a, values.a.length), numericGradient(loss, values.a), `${label} da`);
  assertClose(slots.get(db, values.b.length).map((v) => v - 0.25), numericGradient(loss, values.b), `${label} db`); // prettier-ignore
  assertClose(slots.get(dh0, values.h0.length), numericGradient(loss, values.h0), `${label} dh0`);
}

test("gated scan: gradients equal central differences, whatever the options and wherever a gradient arrives", () => {
  const arrives = fc.constantFrom({ dy: true, dhT: true }, { dy: true, dhT: false }, { dy: false, dhT: true });
  const property = fc.property(options, fc.nat(1e6), arrives, (chosen, seed, arriving) => {
    fc.pre(!meetsCorner(chosen, draw(chosen.cell, seed)));
    checkGradients(chosen, seed, arriving);
  });
  fc.assert(property, { numRuns: 60 });
  for (const zeroOutputForMask of [false, true]) {
    for (const reverse of [false, true]) {
      const chosen = { ...PLAIN, mask: MASK, zeroOutputForMask, reverse };
      checkGradients(chosen, 5, { dy: true, dhT: true });
      checkGradients({ ...chosen, cell: "minLstm", positive: true }, 6, { dy: true, dhT: true });
    }
  }
});

test("gated scan: gates of any size give numbers, gradients too", () => {
  for (const cell of ["minGru", "minLstm"] as const) {
    for (const size of [50, 800, 1e5]) {
      const values = draw(cell, 8);
      values.a = values.a.map((v) => Math.sign(v) * size);
      const { slots, call } = start({ ...PLAIN, cell, positive: true }, values);
      const kernels = sequenceKernels(slots.kernels, "test");
      kernels.gatedScan(call);
      const dh0 = slots.put(values.h0);
      kernels.gatedScanBackward(call, { dy: slots.put(new Array(B * T * H).fill(1)), dhT: 0, db: 0, dh0 });
      const all = [call.y, call.a, dh0].flatMap((ptr, i) => slots.get(ptr, [B * T * H, values.a.length, B * H][i]!));
      assert.ok(all.every(Number.isFinite), `${cell}, gates of ±${size}`);
    }
  }
});
