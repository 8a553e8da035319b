/** One network on one problem, trained on samples that are drawn anew for each step. */
import { callbacks, Random, type Model, type Stream } from "sluice";
import { trace } from "sluice/explain";
import { isExplosion } from "./explosion.js";
import { networkOf } from "./network.js";
import { mean } from "./problems/mean.js";
import type { Continue, Example, Problem, Samples } from "./problems/problem.js";
import { problemOf } from "./problems/index.js";
import type { Frame, GradientNorm } from "./protocol.js";
import type { Settings } from "./settings.js";

/** Samples on which each frame's loss is measured. */
const HELD = 200;
/** Seeds of what is not trained on stand apart from those that a visitor can choose. */
const [HELD_SEED, EXAMPLE_SEED] = [1_000_003, 2_000_003];

export class Trainer {
  readonly model: Model;
  readonly baseline: number;
  temperature = 0.7;
  step = 0;
  readonly #twin: Model;
  readonly #problem: Problem;
  readonly #random: Random;
  readonly #examples: Random;
  readonly #held: Samples;
  #example: Example;
  #stream: Stream | null = null;
  #losses: number[] = [];
  #gradients: readonly GradientNorm[] = [];

  constructor(
    private readonly settings: Settings,
    text: string | null,
  ) {
    const { problem, seed, length } = settings;
    this.#problem = problemOf(problem, text);
    this.model = networkOf(this.#problem, settings);
    this.#twin = networkOf(this.#problem, settings);
    this.#random = new Random(seed);
    this.#examples = new Random(EXAMPLE_SEED + seed);
    this.#held = this.#problem.draw(HELD, length, new Random(HELD_SEED + seed));
    this.#example = this.#problem.example(length, this.#examples);
    this.baseline = this.#problem.baseline(this.#held);
  }

  nextExample(): void {
    this.#example = this.#problem.example(this.settings.length, this.#examples);
  }

  /** One update, on samples that are new. */
  async update(): Promise<void> {
    const { batch, length } = this.settings;
    const { x, y } = this.#problem.draw(batch, length, this.#random);
    const { loss } = await this.model.trainOnBatch(x, y);
    this.#losses.push(loss!);
    this.step++;
  }

  /** A twin with the same weights takes a step of its own, so that to look changes nothing. */
  async #lookBack(): Promise<readonly GradientNorm[]> {
    const { batch, length, seed } = this.settings;
    const { x, y } = this.#problem.draw(batch, length, new Random(HELD_SEED + seed));
    const norms = callbacks.gradientNorms();
    this.#twin.setWeights(this.model.getWeights());
    try {
      await this.#twin.fit(x, y, { batchSize: batch, shuffle: false, verbose: 0, callbacks: norms });
    } catch (error) {
      if (!isExplosion(error)) throw error;
      return this.#gradients;
    }
    return norms.records.map(({ layer, norms }) => ({ layer, norms }));
  }

  async frame(stepsPerSecond: number | null): Promise<Frame> {
    const example = this.#example; // another may be asked for in between
    const { x, y } = this.#held;
    const { loss } = await this.model.evaluate(x, y, { batchSize: HELD, verbose: 0 });
    const [seen] = await trace(this.model, example.x);
    this.#gradients = await this.#lookBack();
    const batches = this.#losses;
    this.#losses = [];
    return {
      step: this.step,
      batchLoss: batches.length > 0 ? mean(batches) : null,
      loss: loss!,
      right: await this.#shareRight(),
      stepsPerSecond,
      view: example.view(seen!.outputs as Float32Array, this.#continue()),
      layers: seen!.layers,
      gradients: this.#gradients,
    };
  }

  async #shareRight(): Promise<number | null> {
    const { right } = this.#problem;
    if (!right) return null;
    const { x, y } = this.#held;
    const answers = await this.model.predict(x, { batchSize: HELD });
    return mean(y.data, (truth, i) => Number(right(truth, answers.data[i]!)));
  }

  #continue(): Continue {
    const stream = (this.#stream ??= this.model.stream());
    const step = (frame: number) => stream.step([frame]).data;
    return {
      random: new Random(this.settings.seed + this.step),
      temperature: this.temperature,
      step,
      read(frames) {
        stream.reset();
        let last: ArrayLike<number> = [];
        for (const frame of frames) last = step(frame);
        return last;
      },
    };
  }
}
