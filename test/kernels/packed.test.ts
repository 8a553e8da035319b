/** Packed sequences: the wasm kernels against the reference, the reference against its own masked call, threads against one. */
import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { FUSED_ACTIVATIONS, type Cell } from "../../src/kernels/kernels.js";
import type { PackedCall } from "../../src/kernels/packed.js";
import { sequenceKernels } from "../../src/kernels/sequence-kernels.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { agree, close, Numbers, reference, runCase, SEQUENCE_VARIANTS, type Bench, type Case } from "./compare.js";

const GATES: Record<Cell, number> = { gru: 3, lstm: 4, simpleRnn: 1 };
const SLOTS: Record<Cell, number> = { gru: 4, lstm: 5, simpleRnn: 0 };

interface Shape {
  cell: Cell;
  lengths: number[];
  D: number;
  H: number;
  seed: number;
  reverse: boolean;
  bias: boolean;
  initial: boolean;
  dropped: boolean;
  resetAfter: boolean;
  activation: (typeof FUSED_ACTIVATIONS)[number];
  recurrentActivation: (typeof FUSED_ACTIVATIONS)[number];
}

const PLAIN: Shape = {
  cell: "gru", lengths: [3, 1], D: 5, H: 4, seed: 1, reverse: false, bias: true, initial: false, dropped: false, resetAfter: true,
  activation: "tanh", recurrentActivation: "sigmoid",
}; // prettier-ignore

const descending = (lengths: number[]) => [...lengths].sort((a, b) => b - a);

/** Offsets of the steps, and for each sequence and step its row. */
function packing(given: number[]): { lengths: number[]; offsets: number[]; T: number; N: number } {
  const lengths = descending(given);
  const T = lengths[0]!;
  const offsets = [0];
  for (let t = 0; t < T; t++) offsets.push(offsets[t]! + lengths.filter((n) => n > t).length);
  return { lengths, offsets, T, N: offsets[T]! };
}

/** All numbers of a case: x and dy packed. */
function numbersOf(s: Shape) {
  const { cell, D, H } = s;
  const { N, lengths } = packing(s.lengths);
  const [GH, B] = [GATES[cell] * H, lengths.length];
  const n = new Numbers(s.seed);
  const bounded = isBounded(s) ? 1 : 0.3;
  return {
    x: n.normal(N * D),
    W: n.normal(D * GH, bounded / Math.sqrt(D)),
    U: n.normal(H * GH, (0.7 * bounded) / Math.sqrt(H)),
    b: n.normal((cell === "gru" && s.resetAfter ? 2 : 1) * GH, 0.3),
    h0: n.normal(B * H, 0.5),
    c0: n.normal(B * H, 0.5),
    dropout: Float32Array.from(n.below(B * H, 4), (v) => Math.min(v, 1)),
    dy: n.normal(N * H),
    dcT: n.normal(B * H),
  };
}

function packed(s: Shape): Case {
  const { cell, D, H } = s;
  const values = numbersOf(s);
  const { lengths, offsets, T, N } = packing(s.lengths);
  const [B, S, lstm] = [lengths.length, SLOTS[cell] * H, cell === "lstm"];
  return (bench) => {
    const k = sequenceKernels(bench.kernels, "test");
    const call: PackedCall = {
      B, T, D, H, reverse: s.reverse, offsets: bench.ints(offsets), lengths: bench.ints(lengths),
      x: bench.floats(values.x), W: bench.floats(values.W), U: bench.floats(values.U), b: bench.floats(s.bias ? values.b : undefined),
      h0: bench.floats(s.initial ? values.h0 : undefined), c0: bench.floats(lstm && s.initial ? values.c0 : undefined),
      stateDropout: bench.floats(s.dropped ? values.dropout : undefined), activation: s.activation,
      recurrentActivation: s.recurrentActivation, resetAfter: s.resetAfter, h: bench.room(N * H), gates: bench.room(N * S),
      cT: lstm ? bench.room(B * H) : 0,
    }; // prettier-ignore
    k.packedForward(cell, call);
    const start = (like: Float32Array) => bench.floats(like.map(() => 0.5));
    const g = {
      dh: bench.floats(values.dy), dcT: bench.floats(lstm ? values.dcT : undefined), dx: bench.room(N * D), dW: start(values.W),
      dU: start(values.U), db: s.bias ? start(values.b) : 0, dh0: bench.room(B * H), dc0: lstm ? bench.room(B * H) : 0,
    }; // prettier-ignore
    k.packedBackward(cell, call, g);
    const inference = { ...call, gates: 0, h: bench.room(N * H), cT: lstm ? bench.room(B * H) : 0 };
    k.packedForward(cell, inference);
    return {
      h: bench.read(call.h, N * H),
      inference: bench.read(inference.h, N * H),
      cT: bench.read(call.cT, lstm ? B * H : 0),
      inferenceCT: bench.read(inference.cT, lstm ? B * H : 0),
      ...gradients(bench, g, values, s.bias, [N * D, B * H, lstm ? B * H : 0]),
    };
  };
}

type Places = Record<"dx" | "dW" | "dU" | "db" | "dh0" | "dc0", number>;

function gradients(
  bench: Bench,
  g: Places,
  v: ReturnType<typeof numbersOf>,
  bias: boolean,
  [dx, dh0, dc0]: [number, number, number],
) {
  return {
    dx: bench.read(g.dx, dx),
    dW: bench.read(g.dW, v.W.length),
    dU: bench.read(g.dU, v.U.length),
    db: bench.read(g.db, bias ? v.b.length : 0),
    dh0: bench.read(g.dh0, dh0),
    dc0: bench.read(g.dc0, dc0),
  };
}

/** The same by the call on padded rows with a mask; what belongs to a row of the packed one is picked out. */
function padded(s: Shape): Case {
  const { cell, D, H } = s;
  const values = numbersOf(s);
  const { lengths, offsets, T, N } = packing(s.lengths);
  const [B, lstm] = [lengths.length, cell === "lstm"];
  const spread = (from: ArrayLike<number>, width: number) => {
    const to = new Float32Array(B * T * width).fill(9); // what padding holds must not matter
    eachRow(lengths, offsets, T, (at, row) => {
      for (let j = 0; j < width; j++) to[at * width + j] = from[row * width + j]!;
    });
    return to;
  };
  const picked = (from: Float64Array, width: number) => {
    const to = new Float64Array(N * width);
    eachRow(lengths, offsets, T, (at, row) => to.set(from.subarray(at * width, (at + 1) * width), row * width));
    return to;
  };
  const mask = Array.from({ length: B * T }, (_, i) => +(i % T < lengths[Math.floor(i / T)]!));
  return (bench) => {
    const k = bench.kernels;
    const call = {
      B, T, D, H, reverse: s.reverse, x: bench.floats(spread(values.x, D)), W: bench.floats(values.W), U: bench.floats(values.U),
      b: bench.floats(s.bias ? values.b : undefined), h0: bench.floats(s.initial ? values.h0 : undefined), mask: bench.ints(mask),
      c0: bench.floats(lstm && s.initial ? values.c0 : undefined), stateDropout: bench.floats(s.dropped ? values.dropout : undefined),
      activation: s.activation, recurrentActivation: s.recurrentActivation, resetAfter: s.resetAfter, zeroOutputForMask: true,
      y: bench.room(B * T * H), hT: 0, saved: bench.room(k.savedLength(cell, B, T, H)), cT: lstm ? bench.room(B * H) : 0,
    }; // prettier-ignore
    k.recurrentForward(cell, call);
    const start = (like: Float32Array) => bench.floats(like.map(() => 0.5));
    const g = {
      dy: bench.floats(spread(values.dy, H)), dhT: 0, dcT: bench.floats(lstm ? values.dcT : undefined), dx: bench.room(B * T * D),
      dW: start(values.W), dU: start(values.U), db: s.bias ? start(values.b) : 0, dh0: bench.room(B * H),
      dc0: lstm ? bench.room(B * H) : 0,
    }; // prettier-ignore
    k.recurrentBackward(cell, call, g);
    const all = gradients(bench, g, values, s.bias, [B * T * D, B * H, lstm ? B * H : 0]);
    return {
      h: picked(bench.read(call.y, B * T * H), H),
      cT: bench.read(call.cT, lstm ? B * H : 0),
      ...all,
      dx: picked(all.dx, D),
    };
  };
}

function eachRow(
  lengths: number[],
  offsets: number[],
  T: number,
  visit: (padded: number, packed: number) => void,
): void {
  for (const [i, n] of lengths.entries()) for (let t = 0; t < n; t++) visit(i * T + t, offsets[t]! + i);
}

const flag = fc.boolean();
const length = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 }));
const shapes = fc.record({
  cell: fc.constantFrom<Cell>("gru", "gru", "lstm", "simpleRnn"),
  lengths: fc.oneof(
    fc.array(length, { minLength: 1, maxLength: 40 }),
    fc.array(length, { minLength: 1, maxLength: 1 }),
    fc.tuple(length, fc.integer({ min: 1, max: 9 })).map(([n, B]) => new Array<number>(B).fill(n)),
  ),
  D: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 })),
  H: fc.integer({ min: 1, max: 35 }),
  seed: fc.nat(),
  reverse: flag, bias: flag, initial: flag, dropped: flag, resetAfter: flag,
  activation: fc.constantFrom("tanh" as const, ...FUSED_ACTIVATIONS),
  recurrentActivation: fc.constantFrom("sigmoid" as const, ...FUSED_ACTIVATIONS),
}); // prettier-ignore

/** As in recurrent.test.ts: what is not bounded amplifies roundings. */
function isBounded({ cell, activation, recurrentActivation }: Shape): boolean {
  const isGate = cell === "simpleRnn" || recurrentActivation === "sigmoid";
  return isGate && (activation === "tanh" || activation === "sigmoid");
}

const contracting = shapes.filter((s) => isBounded(s) || Math.max(...s.lengths) <= 3);

test("packed kernels agree with the reference over lengths and options", () => {
  fc.assert(
    fc.property(contracting, (s) => agree(packed(s), Math.sqrt(packing(s.lengths).N), SEQUENCE_VARIANTS)),
    { numRuns: 250 },
  );
});

test("packing gives what the masked call gives, in float64 to its rounding", () => {
  fc.assert(
    fc.property(contracting, (s) => {
      const [got, want] = [runCase(reference, packed(s)), runCase(reference, padded(s))];
      for (const [name, values] of Object.entries(want)) close(name, got[name]!, values, 1e-12);
    }),
    { numRuns: 150 },
  );
});

for (const cell of ["gru", "lstm", "simpleRnn"] as const) {
  test(`${cell}: sizes of real layers, several rounds of the backward pass`, () => {
    const lengths = Array.from({ length: 33 }, (_, i) => 1 + ((i * 7) % 40));
    agree(packed({ ...PLAIN, cell, lengths, D: 65, H: 132, initial: true }), 1, SEQUENCE_VARIANTS);
    const other = { ...PLAIN, cell, lengths, D: 12, H: 64, reverse: true, resetAfter: false, dropped: true };
    agree(packed(other), 1, SEQUENCE_VARIANTS);
  });

  test(`${cell}: any number of threads gives the same bits`, async () => {
    const lengths = Array.from({ length: 37 }, (_, i) => 1 + ((i * 5) % 23));
    const cases = [false, true].map((reverse) =>
      packed({ ...PLAIN, cell, lengths, D: 19, H: 45, reverse, initial: true, resetAfter: cell !== "gru" || reverse }),
    );
    const kernels = loadKernels();
    const alone = cases.map((body) => runCase(kernels, body));
    for (const threads of [2, 3, 5]) {
      await kernels.setThreads(threads);
      for (const [i, body] of cases.entries()) assert.deepEqual(runCase(kernels, body), alone[i], `${threads} threads`);
    }
    await kernels.setThreads(1);
  });
}
