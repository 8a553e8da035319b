import { Random, type TensorLike } from "sluice";
import { readOptions } from "../../../src/tasks/options.js";
import { regressTask } from "../../../src/tasks/regress/task.js";

export type Row = Record<string, string | number | null>;

export const warnings: string[] = [];

export const prepare = (source: Parameters<typeof regressTask.prepare>[0], options: object) =>
  regressTask.prepare(source, readOptions("regress", regressTask.options, options), {
    warn: (message) => void warnings.push(message),
  });

export type Prepared = Awaited<ReturnType<typeof prepare>>;

export async function train(prepared: Prepared, epochs: number): Promise<void> {
  const [x, y] = prepared.train as readonly [TensorLike, TensorLike];
  await prepared.model.fit(x, y, { epochs, batchSize: prepared.fit.batchSize, verbose: 0 });
}

/** y = 3 a - 2 b + 5 (c is red) + noise; d is of no use. */
export function linearRows(N: number, noise: number): Row[] {
  const random = new Random(2);
  return Array.from({ length: N }, () => {
    const [a, b, c] = [10 * random.uniform(), random.uniform() - 0.5, ["red", "green", "blue"][random.below(3)]!];
    const y = 3 * a - 2 * b + (c === "red" ? 5 : 0) + noise * (random.uniform() - 0.5);
    return { a, b, c, d: random.uniform(), y };
  });
}

/** Sequences of 2 to 6 rows whose target is the sum of v: neither the last row nor the mean tells it. */
export function sumRows(N: number): Row[] {
  const random = new Random(3);
  return Array.from({ length: N }, (_, i) => {
    const values = Array.from({ length: 2 + random.below(5) }, () => random.uniform());
    const sum = values.reduce((a, b) => a + b);
    return values.map((v, t) => ({ series: `s${i}`, t, v, sum }));
  }).flat();
}
