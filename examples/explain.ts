// A look inside: a GRU that learns to remember the one number that was marked, and what its gates, its attributions and its units say
// about how it does so. `node build/examples/explain.js 12`
import { pathToFileURL } from "node:url";
import { type Model, Random, sequential, type Tensor, tensor } from "sluice";
import {
  ablate,
  attribute,
  meanHorizon,
  memoryHorizon,
  rankUnits,
  saturation,
  trace,
  type LayerTrace,
} from "sluice/explain";
import { dense, gru } from "sluice/layers";

export const STEPS = 24;

export interface Samples {
  /** [N, 24, 2]: numbers, and 1 at the step that is marked. */
  x: Tensor;
  /** [N, 1]: the marked number. */
  y: Tensor;
  marked: number[];
}

export function markedNumbers(count: number, random: Random): Samples {
  const x = new Float32Array(count * STEPS * 2);
  const marked = Array.from({ length: count }, () => random.below(STEPS));
  for (let i = 0; i < count * STEPS; i++) x[2 * i] = 2 * random.uniform() - 1;
  for (const [i, t] of marked.entries()) x[2 * (i * STEPS + t) + 1] = 1;
  const y = Float32Array.from(marked, (t, i) => x[2 * (i * STEPS + t)]!);
  return { x: tensor(x, [count, STEPS, 2]), y: tensor(y, [count, 1]), marked };
}

export async function train(samples: Samples, epochs: number): Promise<Model> {
  const model = sequential([gru({ units: 16, inputShape: [null, 2] }), dense({ units: 1 })], { seed: 2 });
  model.compile({ optimizer: { className: "adam", config: { learningRate: 0.01 } }, loss: "meanSquaredError" });
  await model.fit(samples.x, samples.y, { epochs, batchSize: 32, verbose: 0 });
  return model;
}

/** By step, the mean of a signal over the units. */
export function byStep({ signals, steps, units }: LayerTrace, signal: string): number[] {
  const means = new Array<number>(steps).fill(0);
  for (const [i, value] of signals[signal]!.entries()) means[Math.floor(i / units)]! += value / units;
  return means;
}

/** One character a step, the darker the larger. */
function shades(values: ArrayLike<number>): string {
  const most = Math.max(...Array.from(values, Math.abs));
  return Array.from(values, (v) => " ░▒▓█"[Math.round((4 * Math.abs(v)) / most)]).join("");
}

async function main(epochs: number): Promise<void> {
  const random = new Random(1);
  const model = await train(markedNumbers(3000, random), epochs);
  const test = markedNumbers(64, random);
  const traces = await trace(model, test.x);
  const attributions = await attribute(model, test.x); // integrated gradients

  console.log(`marked step     ${" ".repeat(test.marked[0]!)}^`);
  console.log(`write gates     ${shades(byStep(traces[0]!.layers[0]!, "write"))}`);
  const scores = attributions[0]!.inputs[0]!.scores.filter((_, i) => i % 2 === 0); // those of the numbers
  console.log(`attribution     ${shades(scores)}`);
  const { value, baseline, sum } = attributions[0]!;
  console.log(`answer ${value.toFixed(3)}, without input ${baseline.toFixed(3)}, scores sum to ${sum.toFixed(3)}`);

  const horizon = meanHorizon(await memoryHorizon(model, test.x));
  console.log(`\n${100 * horizon.share} % of the gradient lies within ${horizon.reach} steps`);
  const { gates, layers } = saturation(traces);
  const keep = gates.find(({ gate }) => gate === "keep")!;
  const often = keep.open.filter((share) => share > 0.5).length;
  console.log(
    `${often} of ${keep.open.length} units keep their state at most steps; ${layers[0]!.dead.length} never move`,
  );

  const ranked = await rankUnits(model, test.x, { y: test.y });
  for (const { unit, change } of ranked.slice(0, 3))
    console.log(`loss without unit ${unit}: ${change >= 0 ? "+" : ""}${change.toFixed(4)}`);
  const best = await ablate(model, test.x, { units: ranked[0]!.unit, value: "mean" });
  console.log(
    `the first answer without unit ${ranked[0]!.unit}: ${best[0]![0]!.toFixed(3)}, it was ${value.toFixed(3)}`,
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  await main(Number(process.argv[2] ?? 12));
