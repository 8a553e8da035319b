/**
 * A step whose batch is cut into a fixed number of shards, each computed as a batch of its own by whoever is free: its bits depend on the
 * number of shards and not on who computed them. Losses are means over the whole batch; what is drawn depends on the model's generator and
 * the shard; weights in which layers count are those that the first shard left, as in PyTorch's DistributedDataParallel.
 */
import type { Kernels } from "../../kernels/kernels.js";
import type { Layer } from "../../layers/layer.js";
import type { RecurrentLayerConfig } from "../../layers/recurrent/recurrent-layer.js";
import { withScope } from "../../ops/scope.js";
import { checkCount } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import type { BatchSlice } from "../batches.js";
import type { Compiled } from "../compile.js";
import type { Model } from "../model.js";
import { checkLoss } from "../non-finite.js";
import { penalties } from "../penalties.js";
import { fed, trainStep, update, type Step, type StepOptions } from "../step.js";
import { batchBytes, writeBatch } from "./batch-memory.js";
import { collect, Computer, scatter } from "./computer.js";
import { Alone, type Crew } from "./crew.js";
import { gatherMetrics } from "./metric-states.js";
import { HEAD, makeRoom, MOST_SHARDS, REPORT, STATUS, type Room, type Sizes } from "./room.js";
import { climb } from "./tree.js";

/** Numbers of a report, before anybody has said how many it needs. */
const FIRST_REPORT = 64;

/**
 * What a model's `step` becomes when its batches are cut into shards; of batches with fewer samples each is a shard.
 * @throws SluiceError for stateful layers, whose states belong to whole batches
 */
export function shardedStep(model: Model, shards: number, crew: Crew = new Alone()): Step {
  checkCount("shards", "shards", shards);
  check(shards <= MOST_SHARDS, () => `shards: expected at most ${MOST_SHARDS}, got ${shards}`);
  const stateful = statefulOf(model.layers);
  check(
    !stateful,
    () => `shards: ${stateful!.label} is stateful: the states that it carries are those of whole batches`,
  );
  const training = new ShardedTraining(model, shards, crew);
  return (_, kernels, batch, options) => training.step(kernels, batch, options);
}

function statefulOf(layers: readonly Layer[]): Layer | undefined {
  for (const layer of layers) {
    const found = (layer.config as RecurrentLayerConfig).stateful ? layer : statefulOf(layer.sublayers);
    if (found) return found;
  }
  return undefined;
}

/** What computers are made for. */
interface Company {
  readonly compiled: Compiled;
  readonly kernels: Kernels;
  readonly trained: Model["trained"];
  readonly own: Computer;
  readonly sizes: Omit<Sizes, "report" | "bytes">;
}

class ShardedTraining {
  #company: Company | null = null;
  #room: Room | null = null;
  /** How layers run over time when nobody looks at them. */
  readonly #scan: Model["scan"];

  constructor(
    private readonly model: Model,
    private readonly shards: number,
    private readonly crew: Crew,
  ) {
    this.#scan = model.scan;
  }

  async step(kernels: Kernels, batch: BatchSlice, options: StepOptions): Promise<number> {
    const { model, crew } = this;
    check(batch.counted === undefined, () => "shards: tbptt carries states from piece to piece of whole batches");
    // Somebody looks at the layers, as callbacks.gradientNorms does for one batch of an epoch: at those of this thread.
    if (model.scan !== this.#scan) return trainStep(model, kernels, batch, options);
    const { own, sizes } = await this.#companyFor(kernels);
    const helped = crew.assemble();
    const room = this.#roomFor(sizes, helped ? batchBytes(batch) : 0, options);
    const shards = Math.min(this.shards, batch.count);
    const { head } = room;
    head.set(model.random.state, HEAD.random);
    [head[HEAD.count], head[HEAD.shards], head[HEAD.known]] = [batch.count, shards, 0];
    collect([...model.trained, ...model.untrained], room.weights, (p) => p.data);
    if (helped) writeBatch(room, batch);
    let reports = await this.#compute(own, batch, shards, helped);
    if (reports.some((report) => report[REPORT.status] === STATUS.counted)) {
      const { head } = this.#room!;
      for (let i = 0; i < sizes.outputs; i++) head[HEAD.totals + i] = total(reports, REPORT.counts + i);
      head[HEAD.known] = 1;
      reports = await this.#compute(own, batch, shards, helped);
    }
    return this.#finish(reports, kernels, batch, options);
  }

  /** Those who compute, made anew where the model is another than theirs. */
  async #companyFor(kernels: Kernels): Promise<Company> {
    const { model, crew } = this;
    const { compiled, trained, untrained } = model;
    const known = this.#company;
    if (known?.compiled === compiled && known.kernels === kernels && sameList(known.trained, trained)) return known;
    const sizeOf = (list: Model["trained"]) => list.reduce((sum, p) => sum + p.size, 0);
    const sizes = {
      trained: sizeOf(trained),
      untrained: sizeOf(untrained),
      shards: this.shards,
      outputs: compiled.outputs.length,
    };
    [this.#room, this.#company] = [null, null];
    const own = new Computer(model, kernels);
    await crew.gather(model, this.shards);
    return (this.#company = { compiled, kernels, trained, own, sizes });
  }

  #roomFor(sizes: Company["sizes"], bytes: number, { classWeight }: StepOptions): Room {
    const room = this.#room;
    const weights = classWeight?.weights ?? null;
    if (room && room.sizes.bytes >= bytes && room.classWeight === weights) return room;
    const report = room?.sizes.report ?? FIRST_REPORT;
    return this.#move(makeRoom({ ...sizes, bytes: Math.ceil(bytes * 1.25), report }, this.model.dtype, weights));
  }

  #move(room: Room): Room {
    this.#room = room;
    this.crew.move(room);
    return room;
  }

  /** All shards once, in the room as it is. */
  async #compute(own: Computer, batch: BatchSlice, shards: number, helped: boolean): Promise<Float64Array[]> {
    for (;;) {
      const room = this.#room!;
      await this.#share(own, room, batch, shards);
      const reports = room.reports.slice(0, shards);
      const needed = reports.filter(statusIs(STATUS.tooSmall)).map((report) => report[REPORT.value]!);
      if (needed.length === 0) return reports;
      const larger = makeRoom({ ...room.sizes, report: 2 * Math.max(...needed) }, this.model.dtype, room.classWeight);
      larger.head.set(room.head);
      larger.weights.set(room.weights);
      if (helped) writeBatch(larger, batch);
      this.#move(larger);
    }
  }

  async #share(own: Computer, room: Room, batch: BatchSlice, shards: number): Promise<void> {
    const { crew } = this;
    do {
      room.arrived.fill(0);
      crew.begin(shards);
      for (let shard = crew.take(); shard !== null; shard = crew.take()) {
        tryShard(own, room, batch, shard, shards);
        crew.done();
      }
    } while (!(await crew.finish(shards)));
    if (!room.reports.slice(0, shards).some(statusIs(STATUS.failed))) return;
    // Throws what is wrong, with the places that it has in the batch.
    room.head[HEAD.shards] = 1;
    own.compute(room, batch, 0);
    room.head[HEAD.shards] = shards;
    room.arrived.fill(0);
    for (let shard = 0; shard < shards; shard++) computeShard(own, room, batch, shard, shards);
    await crew.dismiss();
  }

  /** From the sums over all shards to new weights. */
  #finish(
    reports: readonly Float64Array[],
    kernels: Kernels,
    batch: BatchSlice,
    { metrics, place }: StepOptions,
  ): number {
    const { model } = this;
    const { gradients, kept } = this.#room!;
    const [a, b, c, counter] = reports[0]!.subarray(REPORT.random) as unknown as [number, number, number, number];
    model.random.state = [a, b, c, counter];
    scatter(kept, model.untrained);
    for (const report of reports) gatherMetrics(metrics.flat(), report, REPORT.counts + metrics.length);
    const factor = reports[0]![REPORT.sum] === 1 ? 1 / (total(reports, REPORT.counts) || 1) : 1;
    const value = total(reports, REPORT.value) * factor + penalties(model.trained, kernels);
    return withScope(kernels, false, (scope) => {
      checkLoss(model, value, place, () => fed(scope, batch));
      scatter(
        gradients[0]!,
        model.trained.map((p) => p.grad!),
      );
      if (factor !== 1) for (const { grad, size } of model.trained) kernels.scale(grad!.ptr, factor, grad!.ptr, size);
      update(model, scope, place);
      return value;
    });
  }
}

/** One shard; its gradient goes up the tree. */
export function computeShard(own: Computer, room: Room, batch: BatchSlice, shard: number, shards: number): void {
  own.compute(room, batch, shard);
  climb(room, shard, shards);
}

/** The same for one of several, who are not to be left alone with theirs: that it failed stands in its report. */
export function tryShard(own: Computer, room: Room, batch: BatchSlice, shard: number, shards: number): void {
  try {
    computeShard(own, room, batch, shard, shards);
  } catch {
    room.reports[shard]![REPORT.status] = STATUS.failed; // main does it again, and says why
  }
}

const statusIs = (status: number) => (report: Float64Array) => report[REPORT.status] === status;

function total(reports: readonly Float64Array[], at: number): number {
  return reports.reduce((sum, report) => sum + report[at]!, 0);
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
