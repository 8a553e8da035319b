import { tensor, type Random } from "sluice";
import { mean } from "./mean.js";
import type { Problem } from "./problem.js";

/** +1 opens, −1 closes what is open. */
function walk(steps: number, random: Random): number[] {
  let depth = 0;
  return Array.from({ length: steps }, () => {
    const move = depth === 0 || random.uniform() < 0.5 ? 1 : -1;
    depth += move;
    return move;
  });
}

function depths(moves: readonly number[]): number[] {
  let depth = 0;
  return moves.map((move) => (depth += move));
}

/** [opens, closes] */
const frames = (moves: readonly number[]) => moves.flatMap((move) => (move > 0 ? [1, 0] : [0, 1]));

/** How many brackets are open, after each step: a number that the state must count. */
export const brackets: Problem = {
  input: { features: 2 },
  head: { units: 1, activation: "linear" },
  loss: "meanSquaredError",
  everyStep: true,
  draw(count, steps, random) {
    const drawn = Array.from({ length: count }, () => walk(steps, random));
    return {
      x: tensor(Float32Array.from(drawn.flatMap(frames)), [count, steps, 2]),
      y: tensor(Float32Array.from(drawn.flatMap(depths)), [count, steps, 1]),
    };
  },
  example(steps, random) {
    const drawn = walk(2 * steps, random);
    return {
      x: tensor(Float32Array.from(frames(drawn)), [1, drawn.length, 2]),
      view: (outputs) => ({
        kind: "series",
        labels: drawn.map((move) => (move > 0 ? "(" : ")")),
        inputs: drawn,
        truth: depths(drawn),
        predicted: outputs,
        beyond: steps,
        future: null,
      }),
    };
  },
  baseline({ y }) {
    const usual = mean(y.data);
    return mean(y.data, (depth) => (depth - usual) ** 2);
  },
  right: (truth, answer) => Math.round(answer) === truth,
};
