/** Rounds in their order: asked for, noted, and validated at the end of an epoch. */
import type { FitOptions, Model } from "sluice";
import type { Json } from "../../../format/json.js";
import type { Pipeline } from "../../../tasks/task.js";
import type { Session } from "../../../tasks/training.js";
import { notify, toCallback, type Callback, type CallbackLike, type Logs, type TrainingRun } from "../../../train/callback.js"; // prettier-ignore
import { SluiceError } from "../../../util/errors.js";
import type { Executor, FlowOutcome, Job } from "../../job.js";
import { readWeights } from "./contents.js";
import { addressesOf, advance, writeJournal, type Journal, type RoundRecord, type Snapshot } from "./journal.js";
import { count, endOf } from "./epochs.js";
import type { Keep } from "./keep.js";
import { checked, roundAnswer, type RoundPayload, type ShardPayload } from "./payloads.js";
import { cameIn, recordOf } from "./record.js";
import { assignWeights } from "./shard.js";

/** How often a round is done in which nobody came. */
const TRIES = 3;
/** The deadline of the first round, in others. */
const FIRST = 10;

export interface RoundHooks {
  /** Told after each round. @param of rounds in all, at most */
  onRound?: (record: RoundRecord, of: number) => void;
  /** Told how far a shard is, a few times a second at most. */
  onShard?: (progress: Json) => void;
  /** Told what the user should know: who was late, what is done again. */
  warn?: (message: string) => void;
}

/** What all jobs of shards say. */
export type Common = Omit<ShardPayload, "shard" | "weights" | "state">;

/** The rounds of one call of fit. */
export class Rounds implements TrainingRun {
  readonly model: Model;
  readonly epochs: number;
  readonly validates = true;
  readonly #callbacks: readonly Callback[];
  #stopReason: string | null = null;
  #epoch = 0;
  /** The round that it began or went on with. */
  readonly #begun: number;

  constructor(
    private readonly hooks: RoundHooks,
    private readonly session: Session<Pipeline>,
    private readonly options: FitOptions,
    private readonly executor: Executor,
    private readonly keep: Keep,
    private readonly journal: Journal,
    private readonly common: Common,
  ) {
    this.model = session.model;
    this.epochs = options.epochs!;
    this.#begun = journal.snapshots[0]!.round;
    this.#callbacks = ([options.callbacks ?? []].flat() as CallbackLike[]).map(toCallback);
  }

  /** Of the epoch that is trained: others may have a round more or less. */
  get steps(): number {
    return (this.#endOf(this.#epoch) - this.#endOf(this.#epoch - 1)) * this.common.steps;
  }

  #endOf(epoch: number): number {
    return endOf(epoch, this.journal.perEpoch);
  }

  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  get #stopped(): boolean {
    if (this.options.signal?.aborted) this.stop("aborted");
    return this.#stopReason !== null;
  }

  get #now(): Snapshot {
    return this.journal.snapshots[0]!;
  }

  async train(): Promise<{ stopReason: string | null }> {
    const tell = (call: (callback: Callback) => void | Promise<void>) => notify(this.#callbacks, call);
    let logs: Logs = {};
    await tell((c) => c.onTrainBegin?.(this));
    for (let epoch = this.options.initialEpoch ?? 0; epoch < this.epochs && !this.#stopped; epoch++) {
      this.#epoch = epoch;
      await tell((c) => c.onEpochBegin?.(epoch, this));
      const end = this.#endOf(epoch);
      while (this.#now.round < end && (await this.#round(epoch))) {
        const done = this.#now.round - this.#endOf(epoch - 1);
        const live = this.#logsOf(epoch);
        await tell((c) => c.onBatchEnd?.(done * this.common.steps - 1, live, this));
        if (this.#stopped) break;
      }
      await this.#takeWeights();
      if (this.#now.round < end) break;
      logs = { ...this.#logsOf(epoch), ...(await this.#validate()), learningRate: this.model.optimizer.learningRate };
      this.model.epoch = epoch + 1;
      await tell((c) => c.onEpochEnd?.(epoch, logs, this));
    }
    await this.keep.end(addressesOf(this.journal));
    await tell((c) => c.onTrainEnd?.(logs, this));
    return { stopReason: this.#stopReason };
  }

  async #takeWeights(): Promise<void> {
    assignWeights(this.model, readWeights(await this.keep.get(this.#now.weights)));
    this.model.optimizer.iterations = this.#now.round * this.common.steps; // what a schedule of the rate goes by
  }

  #logsOf(epoch: number): Logs {
    const records = this.journal.rounds.filter((one) => one.epoch === epoch);
    const weight = (name: string) => records.reduce((sum, { came, values }) => sum + came.length * values[name]!, 0);
    const all = records.reduce((sum, { came }) => sum + came.length, 0);
    return Object.fromEntries(Object.keys(records[0]?.values ?? {}).map((name) => [name, weight(name) / all]));
  }

  async #validate(): Promise<Logs> {
    const { validation, fit } = this.session.prepared;
    const values = Array.isArray(validation)
      ? await this.model.evaluate(validation[0], validation[1], { batchSize: fit.batchSize, ...(validation[2] && { sampleWeight: validation[2] }) }) // prettier-ignore
      : await this.model.evaluate(validation as Exclude<typeof validation, readonly unknown[]>);
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [`val_${name}`, value]));
  }

  /** False where the signal ended it: then it was not. @throws SluiceError where nobody came again and again */
  async #round(epoch: number): Promise<boolean> {
    const { signal } = this.options;
    for (let attempt = 0; ; attempt++) {
      const begin = performance.now();
      const jobs = this.#jobs(attempt);
      let outcome: FlowOutcome;
      try {
        outcome = await this.executor.runFlow(
          { ...jobs, ...this.#deadline },
          {
            ...(signal && { signal }),
            onProgress: (id, progress) => void (id === jobs.parent.id || this.hooks.onShard?.(progress)),
          },
        );
      } catch (error) {
        if (signal?.aborted) return false;
        throw error;
      }
      if (outcome.parent.state === "done") {
        await this.#close(epoch, outcome, (performance.now() - begin) / 1000);
        return true;
      }
      this.#again(attempt, outcome.parent.reason ?? "it failed");
    }
  }

  /** Longer in the first round, in which workers read the data. */
  get #deadline(): { deadline: number } | object {
    const { deadline } = this.journal.options;
    if (deadline === undefined) return {};
    return { deadline: Math.ceil(1000 * deadline * (this.#begun === this.#now.round ? FIRST : 1)) };
  }

  #again(attempt: number, reason: string): void {
    const { folder } = this.session;
    const number = this.#now.round + 1;
    if (attempt + 1 < TRIES) {
      this.#warn(`round ${number}: ${reason}; it is done again (${attempt + 2} of ${TRIES})`);
      return;
    }
    const learnt =
      number === 1 ? "Nothing was learnt yet" : `What was learnt in ${count(number - 1, "round")} is in ${folder.path}`;
    throw new SluiceError(
      `round ${number} came to nothing ${TRIES} times: ${reason}. ${learnt}; see that workers run and reach the data, or give them a longer --deadline, and go on with: sluice train --resume ${folder.path}`,
    );
  }

  #jobs(attempt: number): { parent: Job; children: Job[] } {
    const { weights, velocity, states, round } = this.#now;
    const { outerRate: rate, outerMomentum: momentum } = this.journal.options;
    const id = `${this.session.folder.name.slice(0, 120)}-r${round}-g${this.journal.generation}-a${attempt}`;
    const children = states.map((state, shard) => {
      const payload: ShardPayload = { ...this.common, shard, weights, state };
      return { id: `${id}-s${shard}`, kind: "shard", payload: payload as unknown as Json };
    });
    const payload: RoundPayload = { weights, velocity, rate, momentum, children: children.map((child) => child.id) };
    return { parent: { id, kind: "round", payload: payload as unknown as Json }, children };
  }

  /** Takes over what a round came to: contents first, then the note of them. */
  async #close(epoch: number, { parent, children }: FlowOutcome, seconds: number): Promise<void> {
    const outer = checked("round", roundAnswer, parent.result);
    const before = this.#now;
    const came = cameIn(outer, children);
    const states = [...before.states];
    for (const { shard, answer } of came) states[shard] = answer.state;
    const next: Snapshot = { round: before.round + 1, weights: outer.weights, velocity: outer.velocity, states };
    await this.keep.keep([next.weights, next.velocity!, ...came.map(({ answer }) => answer.state)]);
    const record = recordOf(epoch, before.round, outer, came, children, seconds);
    advance(this.journal, next, record);
    writeJournal(this.session.folder, this.journal);
    const spent = [before.weights, before.velocity, ...before.states, ...came.map(({ answer }) => answer.delta)];
    await this.keep.spend(before.round, spent.filter((one) => one !== null), addressesOf(this.journal)); // prettier-ignore
    this.#tell(record);
  }

  #tell(record: RoundRecord): void {
    const { round, late, failed } = record;
    if (late.length > 0)
      this.#warn(`round ${round + 1}: ${shards(late)} came too late; what they had to do they do again`);
    for (const { shard, reason } of failed) this.#warn(`round ${round + 1}: shard ${shard} failed: ${reason}; it is done again`); // prettier-ignore
    this.hooks.onRound?.(record, this.#endOf(this.epochs - 1));
  }

  #warn(message: string): void {
    (this.hooks.warn ?? this.session.hooks.warn ?? console.warn)(message);
  }
}

function shards(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? "shard" : "shards"} ${numbers.join(", ")}`;
}
