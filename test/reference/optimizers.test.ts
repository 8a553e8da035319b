import assert from "node:assert/strict";
import { test } from "node:test";
import { Slots } from "./slots.js";

const START = [0.5, -1, 2];
type Update = (slots: Slots, p: number, g: number, state: number[], t: number) => void;

/**
 * [update, p after three updates by Keras 3.15.1 (numpy backend, its rates are float32)]: p = START, gradient i of update t is
 * sin(1.3 i + t), t = 1, 2, 3. keras.optimizers.SGD(0.1), SGD(0.1, momentum=0.9), … as the names say.
 */
const KERAS: Record<string, [Update, number[]]> = {
  sgd: [({ kernels }, p, g) => kernels.sgd(p, g, 0, 3, 0.1, 0, false), [0.3108111619949341, -0.9671793580055237, 2.2067477703094482]],
  momentum: [({ kernels }, p, g, [v]) => kernels.sgd(p, g, v!, 3, 0.1, 0.9, false), [0.08508287370204926, -1.0804978609085083, 2.3718512058258057]],
  nesterov: [({ kernels }, p, g, [v]) => kernels.sgd(p, g, v!, 3, 0.1, 0.9, true), [-0.06261421740055084, -1.0396274328231812, 2.5414135456085205]],
  "Adam(0.01)": [
    ({ kernels }, p, g, [m, v], t) => {
      const lrT = (0.01 * Math.sqrt(1 - 0.999 ** t)) / (1 - 0.9 ** t);
      kernels.adam(p, g, m!, v!, 3, lrT, 0.9, 0.999, 1e-7, 1, 0);
    },
    [0.4715740382671356, -1.012579321861267, 2.0290963649749756],
  ],
  "RMSprop(0.01)": [({ kernels }, p, g, [v]) => kernels.rmsprop(p, g, v!, 0, 0, 3, 0.01, 0.9, 0, 1e-7), [0.4407545328140259, -0.9994487762451172, 2.0773544311523438]],
  "RMSprop(0.01, rho=0.7, momentum=0.8, centered=True)": [
    ({ kernels }, p, g, [v, a, m]) => kernels.rmsprop(p, g, v!, a!, m!, 3, 0.01, 0.7, 0.8, 1e-7),
    [0.4060909152030945, -1.0280293226242065, 2.1116909980773926],
  ],
  "Adagrad(0.1), accumulator 0.1": [({ kernels }, p, g, [, , , s]) => kernels.adagrad(p, g, s!, 3, 0.1, 1e-7), [0.3243066966533661, -0.9986449480056763, 2.2177584171295166]],
}; // prettier-ignore

test("optimizer kernels: three updates equal Keras's", () => {
  for (const [name, [update, expected]] of Object.entries(KERAS)) {
    const slots = new Slots();
    const p = slots.put(START);
    const state = [0, 0, 0, 0.1].map((value) => slots.put([value, value, value]));
    for (let t = 1; t <= 3; t++) update(slots, p, slots.put([0, 1, 2].map((i) => Math.sin(1.3 * i + t))), state, t);
    for (const [i, value] of slots.get(p, 3).entries()) {
      assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${name}[${i}]: ${value}, Keras ${expected[i]}`);
    }
  }
});

test("adam: moments below 1e-30 become zero, cg weighs the gradient itself", () => {
  const slots = new Slots();
  const [p, m, v] = [slots.put([1]), slots.put([2e-30]), slots.put([2e-30])];
  slots.kernels.adam(p, slots.put([0]), m, v, 1, 0.1, 0.4, 0.4, 1, 1, 0);
  assert.deepEqual([...slots.get(m, 1), ...slots.get(v, 1), ...slots.get(p, 1)], [0, 0, 1]);
  slots.kernels.adam(p, slots.put([2]), m, v, 1, 0.1, 0, 0, 1, 0.25, 0.5);
  assert.ok(Math.abs(slots.get(p, 1)[0]! - (1 - (0.1 * (0.25 * 2 + 0.5 * 2)) / (2 + 1))) < 1e-15);
});
