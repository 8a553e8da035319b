import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cell } from "../../src/kernels/kernels.js";
import { KERAS_CASES } from "./keras-recurrent-values.js";
import { assertClose } from "./numeric.js";
import {
  biasLength,
  dropoutFactors,
  GATES,
  makeCall,
  type Options,
  PLAIN,
  randomParameters,
  runForward,
  SIZES,
} from "./recurrent-case.js";
import { Slots } from "./slots.js";

const CELLS: Cell[] = ["gru", "lstm", "simpleRnn"];

test("recurrent forward: equals Keras 3 in both reset forms, both directions, with masks and initial states", () => {
  const sizes = { B: 2, T: 4, D: 2, H: 2 };
  const v = (length: number, shift: number) => Array.from({ length }, (_, i) => 0.8 * Math.sin(1.7 * i + shift));
  for (const { layer, reverse, mask, ...expected } of KERAS_CASES) {
    const options: Options = {
      ...PLAIN,
      cell: layer === "gruBefore" ? "gru" : layer,
      resetAfter: layer === "gru",
      activation: layer === "simpleRnn" ? "relu" : "tanh",
      recurrentActivation: layer === "gruBefore" ? "hardSigmoid" : "sigmoid",
      reverse,
      zeroOutputForMask: mask === "zero",
      initial: mask === "none",
      mask: mask === "none" ? undefined : [[0, 1, 0, 1], [1, 1, 0, 0]], // prettier-ignore
    };
    const G = GATES[options.cell];
    const got = runForward(
      options,
      {
        x: v(16, 0.3),
        W: v(2 * G * 2, 1),
        U: v(2 * G * 2, 2),
        b: v(biasLength(options, 2), 3),
        h0: options.initial ? v(4, 4) : [],
        c0: options.initial && layer === "lstm" ? v(4, 5) : [],
      },
      sizes,
    );
    const name = `${layer}${reverse ? " reverse" : ""} mask ${mask}`;
    assertClose(got.y, expected.y, `${name} y`, 1e-6, 1);
    assertClose(got.hT, expected.hT, `${name} hT`, 1e-6, 1);
    assertClose(got.cT, expected.cT ?? [], `${name} cT`, 1e-6, 1);
  }
});

test("recurrent forward: before the first unmasked step outputs are zeros, and the initial state is carried", () => {
  for (const cell of CELLS) {
    const options = { ...PLAIN, cell, mask: [[0, 0, 1, 0], [0, 0, 0, 0]] }; // prettier-ignore
    const parameters = randomParameters(options, 5);
    const { y, hT, cT } = runForward(options, parameters);
    const { H } = SIZES;
    assert.deepEqual(y.slice(0, 2 * H), new Array(2 * H).fill(0));
    assert.notDeepEqual(y.slice(2 * H, 3 * H), new Array(H).fill(0));
    assert.deepEqual(y.slice(3 * H, 4 * H), y.slice(2 * H, 3 * H), "the last step repeats the output before it");
    assert.deepEqual(y.slice(4 * H), new Array(4 * H).fill(0), "a row without any step");
    assert.deepEqual(hT.slice(H), parameters.h0.slice(H));
    assert.deepEqual(cT.slice(H), parameters.c0.slice(H));
  }
});

test("recurrent forward: dropout on the state is the same as scaled rows of U", () => {
  for (const cell of CELLS) {
    for (const resetAfter of cell === "gru" ? [true, false] : [true]) {
      const sizes = { ...SIZES, B: 1 };
      const options = { ...PLAIN, cell, resetAfter, stateDropout: true };
      const parameters = randomParameters(options, 6, sizes);
      const factors = dropoutFactors(sizes.H);
      const columns = GATES[cell] * sizes.H;
      const U = parameters.U.map((u, i) => u * factors[Math.floor(i / columns)]!);
      const scaled = runForward({ ...options, stateDropout: false }, { ...parameters, U }, sizes);
      assertClose(runForward(options, parameters, sizes).y, scaled.y, `${cell} ${resetAfter}`, 1e-12);
    }
  }
});

test("recurrent forward: `saved` holds the states and gates of the documented layout", () => {
  const { B, T, H } = SIZES;
  const slots = new Slots();
  const call = makeCall(slots, PLAIN, randomParameters(PLAIN, 7));
  slots.kernels.recurrentForward("gru", call);
  const saved = slots.get(call.saved, slots.kernels.savedLength("gru", B, T, H));
  const y = slots.get(call.y, B * T * H);
  const h0 = slots.get(call.h0, B * H);
  assert.equal(saved.length, T * B * H * 5);
  for (let t = 0; t < T; t++) {
    for (let b = 0; b < B; b++) {
      for (let j = 0; j < H; j++) {
        const h = (time: number) => (time < 0 ? h0[b * H + j]! : saved[(time * B + b) * H + j]!);
        const gate = (slot: number) => saved[T * B * H + (t * B + b) * 4 * H + slot * H + j]!;
        assert.equal(h(t), y[(b * T + t) * H + j]);
        assertClose([h(t)], [gate(0) * h(t - 1) + (1 - gate(0)) * gate(2)], "h = z ⊙ h₋ + (1 - z) ⊙ g", 1e-12);
      }
    }
  }
});

test("recurrent forward: without `saved` and `y` the last state is the same, also in place over h0", () => {
  for (const cell of CELLS) {
    const options = { ...PLAIN, cell };
    const slots = new Slots();
    const call = makeCall(slots, options, randomParameters(options, 8));
    slots.kernels.recurrentForward(cell, call);
    const hT = slots.get(call.hT, SIZES.B * SIZES.H);
    slots.kernels.recurrentForward(cell, { ...call, y: 0, saved: 0, hT: call.h0, cT: call.c0 });
    assert.deepEqual(slots.get(call.h0, SIZES.B * SIZES.H), hT);
  }
});
