import { tensor, type Random } from "sluice";
import { mean } from "./mean.js";
import type { Problem } from "./problem.js";

const bits = (steps: number, random: Random) => Array.from({ length: steps }, () => random.below(2));

/** Whether the ones so far are odd in number. */
function parities(of: readonly number[]): number[] {
  let odd = 0;
  return of.map((bit) => (odd ^= bit));
}

/** One bit of memory, turned over by each 1. Answered after each step; one half is all that can be said without memory. */
export const parity: Problem = {
  input: { features: 1 },
  head: { units: 1, activation: "sigmoid" },
  loss: "binaryCrossentropy",
  everyStep: true,
  draw(count, steps, random) {
    const drawn = Array.from({ length: count }, () => bits(steps, random));
    return {
      x: tensor(Float32Array.from(drawn.flat()), [count, steps, 1]),
      y: tensor(Float32Array.from(drawn.flatMap(parities)), [count, steps, 1]),
    };
  },
  example(steps, random) {
    const drawn = bits(2 * steps, random);
    return {
      x: tensor(Float32Array.from(drawn), [1, drawn.length, 1]),
      view: (outputs) => ({
        kind: "series",
        labels: drawn.map(String),
        inputs: drawn,
        truth: parities(drawn),
        predicted: outputs,
        beyond: steps,
        future: null,
      }),
    };
  },
  baseline({ y }) {
    const odd = mean(y.data);
    return -odd * Math.log(odd) - (1 - odd) * Math.log(1 - odd);
  },
  right: (truth, answer) => (answer > 0.5 ? 1 : 0) === truth,
};
