/** Small data sets with a rule that a network can find, and the way from options to a trained pipeline. */
import type { Model, Tensor } from "sluice";
import type { DataSource } from "../../../src/data/index.js";
import { classifyTask } from "../../../src/tasks/classify/task.js";
import type { ClassifyPipeline } from "../../../src/tasks/classify/pipeline.js";
import { readOptions } from "../../../src/tasks/options.js";
import type { Prepared } from "../../../src/tasks/task.js";
import { Random } from "../../../src/util/random.js";

export type Row = Record<string, string | number | null>;

const GOOD = ["superb", "lovely", "brilliant", "charming", "moving"];
const BAD = ["awful", "dull", "boring", "clumsy", "tedious"];
const PLAIN = ["the", "film", "plot", "cast", "was", "and", "with", "its", "scenes", "music", "story", "rather"];

/** Sentences of plain words among which one or two tell the label. */
export function reviews(count: number, seed = 1, pieces = [GOOD, BAD, PLAIN]): Row[] {
  const random = new Random(seed);
  const pick = (words: readonly string[]) => words[random.below(words.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 3 + random.below(6) }, () => pick(pieces[2]!));
    words.splice(random.below(words.length), 0, pick(pieces[i % 2]!));
    return { text: words.join(pieces[2]![0]!.length > 1 ? " " : ""), label: i % 2 === 0 ? "good" : "bad" };
  });
}

/** Takes what a user would give, and collects what the task says. */
export async function prepare(
  source: DataSource,
  given: object,
): Promise<Prepared<ClassifyPipeline> & { readonly warnings: string[] }> {
  const warnings: string[] = [];
  const options = readOptions("classify", classifyTask.options, given);
  const prepared = await classifyTask.prepare(source, options, { warn: (message) => void warnings.push(message) });
  return { ...prepared, warnings };
}

/** Small and quick; each test changes what it is about. */
export const SMALL = {
  units: 8,
  embedding: 8,
  bidirectional: false,
  embeddingDropout: 0,
  dropout: 0,
  learningRate: 0.02,
};

export async function trained(source: DataSource, given: object, epochs = 8): Promise<Prepared<ClassifyPipeline>> {
  const prepared = await prepare(source, { ...SMALL, ...given });
  await fit(prepared, epochs);
  return prepared;
}

export async function fit({ model, train }: { model: Model; train: Prepared["train"] }, epochs: number): Promise<void> {
  const [x, y, sampleWeight] = train as readonly [Tensor, Tensor, Float32Array?];
  await model.fit(x, y, { epochs, batchSize: 16, verbose: 0, ...(sampleWeight ? { sampleWeight } : {}) });
}
