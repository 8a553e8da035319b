import { tensor, type Random } from "sluice";
import type { Continue, Problem } from "./problem.js";

/** Characters that the network writes for a sample. */
const WRITTEN = 240;
const SHOWN = 3;

/** The next character, asked for after each one; predicting the text's own frequencies costs its unigram entropy. */
export function textProblem(text: string): Problem {
  const characters = [...text];
  const vocabulary = [...new Set(characters)].sort();
  const indices = Int32Array.from(characters, (character) => vocabulary.indexOf(character));
  const piece = (steps: number, random: Random) => {
    const start = random.below(indices.length - steps);
    return indices.subarray(start, start + steps + 1);
  };
  return {
    input: { tokens: vocabulary.length },
    head: { units: vocabulary.length, activation: "softmax" },
    loss: "sparseCategoricalCrossentropy",
    everyStep: true,
    draw(count, steps, random) {
      const pieces = Array.from({ length: count }, () => piece(steps, random));
      return {
        x: tensor(Int32Array.from(pieces.flatMap((p) => [...p.subarray(0, -1)])), [count, steps]),
        y: tensor(Int32Array.from(pieces.flatMap((p) => [...p.subarray(1)])), [count, steps]),
      };
    },
    example(steps, random) {
      const own = piece(steps, random);
      const next = [...own.subarray(1)];
      const K = vocabulary.length;
      return {
        x: tensor(own.slice(0, -1), [1, steps]),
        view: (outputs, stream) => ({
          kind: "text",
          labels: Array.from(own.subarray(0, -1), (i) => vocabulary[i]!),
          next: next.map((i) => vocabulary[i]!),
          chance: next.map((i, t) => outputs[t * K + i]!),
          likeliest: next.map((_, t) => likeliest(outputs.subarray(t * K, (t + 1) * K), vocabulary)),
          sample: write(own[0]!, vocabulary, stream),
        }),
      };
    },
    baseline: () => unigramEntropy(indices, vocabulary.length),
  };
}

function likeliest(chances: Float32Array, vocabulary: readonly string[]) {
  const order = Array.from(chances.keys()).sort((a, b) => chances[b]! - chances[a]!);
  return order.slice(0, SHOWN).map((i) => ({ character: vocabulary[i]!, chance: chances[i]! }));
}

function write(first: number, vocabulary: readonly string[], stream: Continue): string {
  let chances = stream.read([first]);
  const written = Array.from({ length: WRITTEN }, () => {
    const next = draw(chances, stream.temperature, stream.random);
    chances = stream.step(next);
    return vocabulary[next]!;
  });
  return vocabulary[first]! + written.join("");
}

/** An index by its probability, which the temperature sharpens (below 1) or flattens. */
function draw(chances: ArrayLike<number>, temperature: number, random: Random): number {
  const weights = Array.from(chances, (p) => p ** (1 / temperature));
  let rest = random.uniform() * weights.reduce((sum, w) => sum + w, 0);
  const found = weights.findIndex((w) => (rest -= w) < 0);
  return found < 0 ? weights.length - 1 : found;
}

/** Nats per character. */
function unigramEntropy(indices: Int32Array, kinds: number): number {
  const counts = new Float64Array(kinds);
  for (const i of indices) counts[i]!++;
  return -counts.reduce((sum, n) => sum + (n / indices.length) * Math.log(n / indices.length), 0);
}
