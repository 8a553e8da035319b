import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { FUSED_ACTIVATIONS, type Cell } from "../../src/kernels/kernels.js";
import { assertClose, numericGradient } from "./numeric.js";
import {
  makeCall,
  type Options,
  type Outputs,
  type Parameters,
  PLAIN,
  randomParameters,
  runForward,
  SIZES,
} from "./recurrent-case.js";
import { normals, Random, Slots } from "./slots.js";

type Arrives = { dy: boolean; dhT: boolean };
const BOTH: Arrives = { dy: true, dhT: true };
const DIRTY = 0.25; // what the accumulated gradients start from

/** Compares every gradient of Σ y·dy + hT·dhT + cT·dcT with central differences of the forward pass. */
function checkGradients(options: Options, seed: number, arrives: Arrives = BOTH): void {
  const { B, T, H } = SIZES;
  const random = new Random(seed + 1000);
  const weights: Outputs = {
    y: normals(random, arrives.dy ? B * T * H : 0),
    hT: normals(random, arrives.dhT ? B * H : 0),
    cT: normals(random, arrives.dhT && options.cell === "lstm" ? B * H : 0),
  };
  const parameters = randomParameters(options, seed);
  const loss = () => {
    const out = runForward(options, parameters);
    const dot = (a: number[], w: number[]) => w.reduce((sum, weight, i) => sum + weight * a[i]!, 0);
    return dot(out.y, weights.y) + dot(out.hT, weights.hT) + dot(out.cT, weights.cT);
  };
  const analytic = analyticGradients(options, parameters, weights);
  for (const name of Object.keys(parameters) as (keyof Parameters)[]) {
    const label = `${JSON.stringify({ ...options, ...arrives, seed })} d${name}`;
    assertClose(analytic[name], numericGradient(loss, parameters[name]), label);
  }
}

function analyticGradients(options: Options, parameters: Parameters, weights: Outputs): Parameters {
  const slots = new Slots();
  const put = (values: number[]) => (values.length > 0 ? slots.put(values) : 0);
  const filled = (like: number[], value: number) => put(like.map(() => value));
  const call = makeCall(slots, options, parameters);
  slots.kernels.recurrentForward(options.cell, call);
  const at = {
    x: filled(parameters.x, Number.NaN),
    W: filled(parameters.W, DIRTY),
    U: filled(parameters.U, DIRTY),
    b: filled(parameters.b, DIRTY),
    h0: filled(parameters.h0, Number.NaN),
    c0: filled(parameters.c0, Number.NaN),
  };
  slots.kernels.recurrentBackward(options.cell, call, {
    dy: put(weights.y),
    dhT: put(weights.hT),
    dcT: put(weights.cT),
    dx: at.x,
    dW: at.W,
    dU: at.U,
    db: at.b,
    dh0: at.h0,
    dc0: at.c0,
  });
  const read = (name: keyof Parameters, base = 0) =>
    at[name] ? slots.get(at[name], parameters[name].length).map((value) => value - base) : [];
  return {
    x: read("x"),
    W: read("W", DIRTY),
    U: read("U", DIRTY),
    b: read("b", DIRTY),
    h0: read("h0"),
    c0: read("c0"),
  };
}

const MASKS = {
  leading: [[0, 0, 1, 1], [0, 1, 1, 1]],
  inner: [[1, 0, 1, 1], [1, 0, 0, 1]],
  trailing: [[1, 1, 1, 0], [1, 0, 0, 0]],
  "one row all masked": [[0, 0, 0, 0], [1, 1, 0, 1]],
  "all masked": [[0, 0, 0, 0], [0, 0, 0, 0]],
}; // prettier-ignore

for (const cell of ["gru", "lstm", "simpleRnn"] as Cell[]) {
  for (const resetAfter of cell === "gru" ? [true, false] : [true]) {
    const base = { ...PLAIN, cell, resetAfter };
    const name = cell === "gru" ? `gru, reset ${resetAfter ? "after" : "before"}` : cell;

    test(`${name}: gradients equal central differences`, () => {
      checkGradients(base, 1);
      checkGradients({ ...base, bias: false, initial: false }, 2);
      checkGradients({ ...base, stateDropout: true }, 3);
      checkGradients({ ...base, reverse: true }, 4);
      checkGradients(base, 5, { dy: true, dhT: false });
      checkGradients(base, 6, { dy: false, dhT: true });
    });

    test(`${name}: gradients through masked steps`, () => {
      for (const mask of Object.values(MASKS)) {
        for (const reverse of [false, true]) {
          for (const zeroOutputForMask of [false, true]) {
            checkGradients({ ...base, mask, reverse, zeroOutputForMask }, 7);
          }
        }
      }
    });

    test(`${name}: gradients of every fused activation`, () => {
      for (const activation of FUSED_ACTIVATIONS) {
        for (const recurrentActivation of FUSED_ACTIVATIONS) {
          checkGradients({ ...base, activation, recurrentActivation }, 8);
        }
      }
    });
  }
}

test("gradients of any combination of options", () => {
  const flag = fc.boolean();
  const options: fc.Arbitrary<Options> = fc.record({
    cell: fc.constantFrom<Cell>("gru", "lstm", "simpleRnn"),
    resetAfter: flag,
    reverse: flag,
    zeroOutputForMask: flag,
    activation: fc.constantFrom("tanh" as const, "linear" as const, "sigmoid" as const),
    recurrentActivation: fc.constantFrom("sigmoid" as const, "tanh" as const),
    bias: flag,
    initial: flag,
    stateDropout: flag,
    mask: fc.option(
      fc.array(fc.array(fc.constantFrom(0, 1), { minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 2 }),
      { nil: undefined },
    ),
  });
  const property = fc.property(options, fc.nat(1e6), flag, flag, (options, seed, dy, dhT) => {
    checkGradients(options, seed, { dy, dhT });
  });
  fc.assert(property, { numRuns: 40 });
});

test("a NaN in a masked step reaches neither outputs nor gradients", () => {
  const options: Options = { ...PLAIN, mask: MASKS.inner };
  const parameters = randomParameters(options, 9);
  const { T, D, H } = SIZES;
  parameters.x.fill(Number.NaN, D, 2 * D); // row 0, t = 1
  const { y, hT } = runForward(options, parameters);
  const gradients = analyticGradients(options, parameters, { y: y.map(() => 1), hT: hT.map(() => 1), cT: [] });
  for (const values of [y, hT, gradients.W, gradients.U, gradients.b, gradients.h0, gradients.x]) {
    assert.ok(values.every(Number.isFinite));
  }
  assert.deepEqual(gradients.x.slice(D, 2 * D), [0, 0]);
  assert.deepEqual(y.slice(H, 2 * H), y.slice(0, H));
  assert.equal(T, 4);
});
