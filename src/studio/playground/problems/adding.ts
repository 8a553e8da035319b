import { tensor, type Random } from "sluice";
import { mean } from "./mean.js";
import type { Problem } from "./problem.js";

/** Numbers in 0 … 1, two of them marked, one in each half. */
function draw(steps: number, random: Random): { numbers: number[]; marks: number[] } {
  const numbers = Array.from({ length: steps }, () => random.uniform());
  const half = Math.floor(steps / 2);
  const marked = [random.below(half), half + random.below(steps - half)];
  return { numbers, marks: numbers.map((_, t) => (marked.includes(t) ? 1 : 0)) };
}

const pairs = ({ numbers, marks }: ReturnType<typeof draw>) => numbers.flatMap((value, t) => [value, marks[t]!]);
const sum = ({ numbers, marks }: ReturnType<typeof draw>) => numbers.reduce((s, value, t) => s + value * marks[t]!, 0);

/** The sum of the two marked numbers, asked for at the end (Hochreiter and Schmidhuber 1997); always 1 errs by 1/6. */
export const adding: Problem = {
  input: { features: 2 },
  head: { units: 1, activation: "linear" },
  loss: "meanSquaredError",
  everyStep: false,
  draw(count, steps, random) {
    const drawn = Array.from({ length: count }, () => draw(steps, random));
    return {
      x: tensor(Float32Array.from(drawn.flatMap(pairs)), [count, steps, 2]),
      y: tensor(Float32Array.from(drawn.map(sum)), [count, 1]),
    };
  },
  example(steps, random) {
    const drawn = draw(steps, random);
    const { numbers, marks } = drawn;
    return {
      x: tensor(Float32Array.from(pairs(drawn)), [1, steps, 2]),
      view: (outputs) => ({
        kind: "series",
        labels: numbers.map((value, t) => (marks[t] ? value.toFixed(2).slice(1) : "")),
        inputs: numbers,
        truth: numbers.map((_, t) => sum({ numbers: numbers.slice(0, t + 1), marks })),
        predicted: outputs,
        beyond: null,
        future: null,
      }),
    };
  },
  baseline: ({ y }) => mean(y.data, (value) => (value - 1) ** 2),
  right: (truth, answer) => Math.abs(truth - answer) < 0.1,
};
