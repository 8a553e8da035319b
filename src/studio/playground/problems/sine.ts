import { tensor, type Random } from "sluice";
import { normal } from "../../../util/normal.js";
import { mean } from "./mean.js";
import type { Continue, Problem } from "./problem.js";

const NOISE = 0.1;
/** In steps. */
const [SHORTEST, LONGEST] = [12, 36];
/** So far the network goes on by itself. */
const FUTURE = 40;

/** A sine of random period and phase with noise: the number after the noise, and the sine itself. */
function wave(steps: number, random: Random): { noisy: number[]; clean: number[] } {
  const period = SHORTEST + (LONGEST - SHORTEST) * random.uniform();
  const phase = random.uniform();
  const clean = Array.from({ length: steps }, (_, t) => Math.sin(2 * Math.PI * (t / period + phase)));
  return { clean, noisy: clean.map((value) => value + NOISE * normal(random)) };
}

/** What comes next? Answered after each step; the mean squared error of repeating the last value is what must be beaten. */
export const sine: Problem = {
  input: { features: 1 },
  head: { units: 1, activation: "linear" },
  loss: "meanSquaredError",
  everyStep: true,
  draw(count, steps, random) {
    const waves = Array.from({ length: count }, () => wave(steps + 1, random).noisy);
    return {
      x: tensor(Float32Array.from(waves.flatMap((values) => values.slice(0, -1))), [count, steps, 1]),
      y: tensor(Float32Array.from(waves.flatMap((values) => values.slice(1))), [count, steps, 1]),
    };
  },
  example(steps, random) {
    const { noisy, clean } = wave(steps + 1 + FUTURE, random);
    const inputs = noisy.slice(0, steps);
    return {
      x: tensor(Float32Array.from(inputs), [1, steps, 1]),
      view: (outputs, stream) => ({
        kind: "series",
        labels: null,
        inputs,
        truth: noisy.slice(1, steps + 1),
        predicted: outputs,
        beyond: null,
        future: { truth: clean.slice(steps + 1), predicted: goOn(inputs, stream) },
      }),
    };
  },
  baseline: ({ x, y }) => mean(x.data, (value, i) => (value - y.data[i]!) ** 2),
};

/** Each answer is what the next step reads. */
function goOn(inputs: readonly number[], stream: Continue) {
  let last = stream.read(inputs)[0]!;
  return Array.from({ length: FUTURE }, () => (last = stream.step(last)[0]!));
}
