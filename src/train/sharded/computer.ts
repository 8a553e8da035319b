/** One who computes shards: loss, gradient, metrics and chance of some rows of a batch, in this thread or in another. */
import type { Kernels } from "../../kernels/kernels.js";
import type { Parameter } from "../../layers/parameter.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { Metric } from "../../metrics/index.js";
import { withScope } from "../../ops/scope.js";
import { Random } from "../../util/random.js";
import type { BatchSlice, Part } from "../batches.js";
import { classFactors } from "../class-weights.js";
import type { Model } from "../model.js";
import { recordLoss, type Measure } from "../step.js";
import { freshMetrics } from "./metric-states.js";
import { HEAD, REPORT, STATUS, type Floats, type Room } from "./room.js";

export class Computer {
  readonly #metrics: readonly (readonly Metric[])[];

  constructor(
    readonly model: Model,
    readonly kernels: Kernels,
  ) {
    this.#metrics = freshMetrics(model.compiled);
  }

  /** Takes the weights of the step. */
  takeWeights({ weights }: Room): void {
    scatter(weights, this.model.trained);
  }

  /** Computes a shard into its gradient and its report. What the model's generator and metrics hold is changed. */
  compute(room: Room, batch: BatchSlice, shard: number): void {
    const { head, sizes, kept, classWeight } = room;
    const { model, kernels } = this;
    const shards = head[HEAD.shards]!;
    const from = Math.floor((shard * batch.count) / shards);
    const count = Math.floor(((shard + 1) * batch.count) / shards) - from;
    const part = new Share(count, batch.count, sizes.outputs, head[HEAD.known] ? head.subarray(HEAD.totals) : null);
    const slice = { samples: batch.samples, start: batch.start + from, count, order: batch.order, part };
    const measure: Measure = { classWeight: classWeight && classFactors(classWeight), metrics: this.#metrics };
    for (const metric of this.#metrics.flat()) metric.reset();
    scatter(room.weights.subarray(sizes.trained), model.untrained);
    model.random.state = stateOf(head, shard);
    const value = withScope(kernels, true, (scope) => {
      const loss = recordLoss(model, scope, slice, measure);
      const value = loss.item();
      if (!part.waits && Number.isFinite(value)) scope.backward(loss);
      return value;
    });
    collect(model.trained, room.gradients[shard]!, (p) => p.grad!.data);
    if (shard === 0) collect(model.untrained, kept, (p) => p.data);
    this.#report(room.reports[shard]!, part, value);
  }

  #report(report: Float64Array, part: Share, value: number): void {
    const states = this.#metrics.flat().flatMap((metric) => {
      const state = metric.state!();
      return [state.length, ...state];
    });
    const { counts, waits, sum } = part;
    const numbers = [
      waits ? STATUS.counted : STATUS.done,
      value,
      +sum,
      ...this.model.random.state,
      ...counts,
      ...states,
    ];
    if (numbers.length <= report.length) report.set(numbers);
    else [report[REPORT.status], report[REPORT.value]] = [STATUS.tooSmall, numbers.length];
  }
}

/** What a shard knows of its batch, and notes for it. */
class Share implements Part {
  readonly counts: number[] = [];
  #uneven = false;
  #extra = false;

  /** @param totals for each output the positions of the batch that count; null as long as they are not known */
  constructor(
    private readonly rows: number,
    private readonly of: number,
    private readonly outputs: number,
    private readonly totals: ArrayLike<number> | null,
  ) {}

  /** Where every sample has the same number of positions, those of the batch are known; else a sum is left to be divided. */
  divisor(output: number, count: number, uneven: boolean): number {
    this.counts[output] = count;
    if (!uneven || this.rows === this.of) return (count * this.of) / this.rows;
    this.#uneven = true;
    return this.totals ? this.totals[output]! : 1;
  }

  share(): number {
    this.#extra = true;
    return this.rows / this.of;
  }

  /** The loss is one sum over positions that count. */
  get sum(): boolean {
    return this.#uneven && !this.totals && !this.waits;
  }

  /** Several means over different positions cannot be divided afterwards. */
  get waits(): boolean {
    return this.#uneven && !this.totals && (this.outputs > 1 || this.#extra);
  }
}

/** The first shard draws as a step without shards does, so that a model without chance draws nothing; the others from streams of their own. */
function stateOf(head: Float64Array, shard: number): [number, number, number, number] {
  const [a, b, c, counter] = head.subarray(HEAD.random) as unknown as [number, number, number, number];
  if (shard === 0) return [a, b, c, counter];
  const random = new Random(0);
  random.state = [a ^ Math.imul(shard, 0x9e3779b1), b, c, counter];
  for (let i = 0; i < 12; i++) random.int32(); // as many as mix a seed into all words
  return random.state;
}

/** Sets weights or gradients to numbers that lie one after another. */
export function scatter(from: Floats, tensors: readonly Tensor[]): void {
  let at = 0;
  for (const t of tensors) t.data.set(from.subarray(at, (at += t.size)));
}

/** Numbers of the weights, one after another. */
export function collect(
  parameters: readonly Parameter[],
  to: Floats,
  numbersOf: (p: Parameter) => ArrayLike<number>,
): void {
  let at = 0;
  for (const p of parameters) {
    to.set(numbersOf(p), at);
    at += p.size;
  }
}
