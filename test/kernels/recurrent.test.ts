import fc from "fast-check";
import assert from "node:assert/strict";
import { test } from "node:test";
import { FUSED_ACTIVATIONS, type Cell, type RecurrentCall } from "../../src/kernels/kernels.js";
import { agree, Bench, Numbers, runCase, VARIANTS, type Case } from "./compare.js";

const GATES: Record<Cell, number> = { gru: 3, lstm: 4, simpleRnn: 1 };

interface Shape {
  cell: Cell;
  B: number;
  T: number;
  D: number;
  H: number;
  seed: number;
  reverse: boolean;
  bias: boolean;
  initial: boolean;
  masked: boolean;
  dropped: boolean;
  resetAfter: boolean;
  zeroOutputForMask: boolean;
  sequence: boolean;
  activation: (typeof FUSED_ACTIVATIONS)[number];
  recurrentActivation: (typeof FUSED_ACTIVATIONS)[number];
}

const PLAIN: Shape = {
  cell: "gru", B: 2, T: 3, D: 5, H: 4, seed: 1, reverse: false, bias: true, initial: false, masked: false, dropped: false,
  resetAfter: true, zeroOutputForMask: false, sequence: true, activation: "tanh", recurrentActivation: "sigmoid",
}; // prettier-ignore

/** Forward with saving, backward, and forward again without: everything that a call can give. */
function recurrent(s: Shape): Case {
  const { B, T, D, H, cell } = s;
  const GH = GATES[cell] * H;
  const n = new Numbers(s.seed);
  const biases = cell === "gru" && s.resetAfter ? 2 : 1;
  const x = n.normal(B * T * D);
  const gain = isBounded(s) ? 1 : 0.3;
  const W = n.normal(D * GH, gain / Math.sqrt(D));
  const U = n.normal(H * GH, (0.7 * gain) / Math.sqrt(H));
  const b = n.normal(biases * GH, 0.3);
  const h0 = n.normal(B * H, 0.5);
  const c0 = n.normal(B * H, 0.5);
  const mask = n.below(B * T, 3).map((v) => Math.min(v, 1));
  const dropout = n.below(B * H, 4).map((v) => Math.min(v, 1));
  const dy = n.normal(B * T * H);
  const dhT = n.normal(B * H);
  const dcT = n.normal(B * H);
  const lstm = cell === "lstm";
  return (bench) => {
    const k = bench.kernels;
    const call: RecurrentCall = {
      B, T, D, H,
      reverse: s.reverse,
      x: bench.floats(x),
      W: bench.floats(W),
      U: bench.floats(U),
      b: bench.floats(s.bias ? b : undefined),
      h0: bench.floats(s.initial ? h0 : undefined),
      mask: bench.ints(s.masked ? mask : undefined),
      stateDropout: bench.floats(s.dropped ? dropout.map((v) => v) : undefined),
      activation: s.activation,
      recurrentActivation: s.recurrentActivation,
      resetAfter: s.resetAfter,
      zeroOutputForMask: s.zeroOutputForMask,
      y: bench.room(B * T * H),
      hT: bench.room(B * H),
      saved: bench.room(k.savedLength(cell, B, T, H)),
      c0: bench.floats(lstm && s.initial ? c0 : undefined),
      cT: lstm ? bench.room(B * H) : 0,
    }; // prettier-ignore
    k.recurrentForward(cell, call);
    const g = {
      dy: bench.floats(s.sequence ? dy : undefined),
      dhT: bench.floats(dhT),
      dcT: bench.floats(lstm ? dcT : undefined),
      dx: bench.room(B * T * D),
      dW: bench.floats(new Float32Array(D * GH).fill(0.5)),
      dU: bench.floats(new Float32Array(H * GH).fill(-0.5)),
      db: s.bias ? bench.floats(new Float32Array(biases * GH).fill(0.25)) : 0,
      dh0: bench.room(B * H),
      dc0: lstm ? bench.room(B * H) : 0,
    };
    k.recurrentBackward(cell, call, g);
    const inference = { ...call, saved: 0, y: bench.room(B * T * H), hT: bench.room(B * H) };
    k.recurrentForward(cell, inference);
    return {
      y: bench.read(call.y, B * T * H),
      hT: bench.read(call.hT, B * H),
      cT: bench.read(call.cT, lstm ? B * H : 0),
      saved: bench.read(call.saved, k.savedLength(cell, B, T, H)),
      inferenceY: bench.read(inference.y, B * T * H),
      inferenceHT: bench.read(inference.hT, B * H),
      dx: bench.read(g.dx, B * T * D),
      dW: bench.read(g.dW, D * GH),
      dU: bench.read(g.dU, H * GH),
      db: bench.read(g.db, s.bias ? biases * GH : 0),
      dh0: bench.read(g.dh0, B * H),
      dc0: bench.read(g.dc0, lstm ? B * H : 0),
    };
  };
}

const flag = fc.boolean();
const shapes = fc.record({
  cell: fc.constantFrom<Cell>("gru", "gru", "lstm", "simpleRnn"),
  B: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })),
  T: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 13 })),
  D: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 })),
  H: fc.integer({ min: 1, max: 35 }),
  seed: fc.nat(),
  reverse: flag, bias: flag, initial: flag, masked: flag, dropped: flag, resetAfter: flag, zeroOutputForMask: flag, sequence: flag,
  activation: fc.constantFrom("tanh" as const, ...FUSED_ACTIVATIONS),
  recurrentActivation: fc.constantFrom("sigmoid" as const, ...FUSED_ACTIVATIONS),
}); // prettier-ignore

/** With gates outside [0, 1], or states without bound, a loop amplifies a rounding beyond any fixed bound: few steps, small weights. */
function isBounded({ cell, activation, recurrentActivation }: Shape): boolean {
  const isGate = cell === "simpleRnn" || recurrentActivation === "sigmoid";
  return isGate && (activation === "tanh" || activation === "sigmoid");
}

function isContracting(shape: Shape): boolean {
  return isBounded(shape) || shape.T <= 3;
}

test("recurrent kernels agree with the reference over shapes and options", () => {
  fc.assert(
    fc.property(shapes.filter(isContracting), (shape) => agree(recurrent(shape), Math.sqrt(shape.B * shape.T))),
    { numRuns: 300 },
  );
});

for (const cell of ["gru", "lstm", "simpleRnn"] as const) {
  test(`${cell}: sizes of real layers`, () => {
    agree(recurrent({ ...PLAIN, cell, B: 32, T: 20, D: 10, H: 64 }));
    agree(recurrent({ ...PLAIN, cell, B: 33, T: 9, D: 65, H: 132, masked: true, reverse: true, initial: true }));
    agree(recurrent({ ...PLAIN, cell, B: 1, T: 40, D: 40, H: 128 }));
  });
}

test("GRU with reset before: sizes of real layers", () => {
  agree(recurrent({ ...PLAIN, resetAfter: false, B: 32, T: 20, D: 10, H: 50, dropped: true }));
});

test("a NaN in one row of x reaches that row's outputs from there on, and no other row", () => {
  for (const kernels of Object.values(VARIANTS)) {
    const bench = new Bench(kernels);
    const [B, T, D, H] = [5, 4, 3, 6];
    const x = new Float32Array(B * T * D).fill(0.1);
    x[(2 * T + 1) * D] = NaN;
    const y = bench.room(B * T * H);
    kernels.recurrentForward("gru", {
      B, T, D, H, reverse: false, x: bench.floats(x), W: bench.floats(new Float32Array(D * 3 * H).fill(0.1)),
      U: bench.floats(new Float32Array(H * 3 * H).fill(0.1)), b: 0, h0: 0, mask: 0, stateDropout: 0, activation: "tanh",
      recurrentActivation: "sigmoid", resetAfter: true, zeroOutputForMask: false, y, hT: bench.room(B * H), saved: 0, c0: 0, cT: 0,
    }); // prettier-ignore
    const got = bench.read(y, B * T * H);
    for (let i = 0; i < got.length; i++) {
      const [row, t] = [Math.floor(i / (T * H)), Math.floor(i / H) % T];
      assert.equal(Number.isNaN(got[i]), row === 2 && t >= 1, `${kernels.name} row ${row} t ${t}`);
    }
    bench.free();
  }
});

test("no memory is kept after a call", () => {
  for (const kernels of Object.values(VARIANTS)) {
    const body = recurrent({ ...PLAIN, B: 32, T: 20, D: 10, H: 64 });
    runCase(kernels, body);
    const before = kernels.memory.heap.used;
    for (let i = 0; i < 5; i++) runCase(kernels, body);
    assert.equal(kernels.memory.heap.used, before);
  }
});

/** With a loss on the last of many steps gradients decay; as denormals they would cost a hundred times as much on many CPUs. */
test("gradients that have faded over many steps are zeros, and so are states that have decayed", () => {
  const [B, T, D, H] = [4, 300, 3, 8];
  const n = new Numbers(5);
  for (const cell of ["gru", "lstm", "simpleRnn"] as const) {
    const GH = GATES[cell] * H;
    const [W, U] = [n.normal(D * GH, 0.3), n.normal(H * GH, 0.2)];
    for (const kernels of Object.values(VARIANTS)) {
      const bench = new Bench(kernels);
      const length = kernels.savedLength(cell, B, T, H);
      const call: RecurrentCall = {
        B, T, D, H, reverse: false, x: bench.floats(new Float32Array(B * T * D)), W: bench.floats(W), U: bench.floats(U), b: 0,
        h0: bench.floats(new Float32Array(B * H).fill(1e-3)), mask: 0, stateDropout: 0, activation: "tanh",
        recurrentActivation: "sigmoid", resetAfter: true, zeroOutputForMask: false, y: 0, hT: bench.room(B * H),
        saved: bench.room(length), c0: 0, cT: cell === "lstm" ? bench.room(B * H) : 0,
      };
      kernels.recurrentForward(cell, call);
      const dx = bench.room(B * T * D);
      const [dW, dU] = [bench.floats(new Float32Array(D * GH)), bench.floats(new Float32Array(H * GH))];
      const dhT = bench.floats(new Float32Array(B * H).fill(1e-3));
      kernels.recurrentBackward(cell, call, { dy: 0, dhT, dcT: 0, dx, dW, dU, db: 0, dh0: 0, dc0: 0 });
      const states = bench.read(call.saved, T * B * H);
      const early = bench.read(dx, B * T * D);
      assert.ok(states.every((v) => v === 0 || Math.abs(v) >= 1e-30), `${cell}: a tiny state`);
      assert.ok(early.every((v) => v === 0 || Math.abs(v) >= 1.2e-38), `${cell}: a denormal gradient`);
      assert.ok(early[0] === 0 && early.at(-1) !== 0, `${cell}: the gradient fades to zero`);
      bench.free();
    }
  }
}); // prettier-ignore
