/**
 * DiLoCo (Douillard et al. 2023, arXiv 2311.08105, algorithm 1): in a round every shard starts from the shared weights θ and does H steps by
 * itself; the mean of what they changed is the gradient of an outer step. Here rounds are put in order, validated and noted; shards and outer
 * steps are jobs. A shard that was lost or late starts in the next round where it stood: its place in the data and its moments have not moved.
 */
import type { FitOptions } from "sluice";
import { hasCheckpoint, saveLast } from "../../../runs/checkpoints.js";
import type { Block } from "../../../runs/report.js";
import { RUN_FILES } from "../../../runs/run-folder.js";
import type { Pipeline, Prepared } from "../../../tasks/task.js";
import type { Fitter, Session } from "../../../tasks/training.js";
import type { Executor } from "../../job.js";
import { refer } from "../../store/reference.js";
import { FILE_OPTIONS } from "../../trial-payload.js";
import { passesOver } from "./batches.js";
import { writeWeights } from "./contents.js";
import { addressesOf, hasJournal, readJournal, rewind, writeJournal, type Journal, type Snapshot } from "./journal.js"; // prettier-ignore
import { courseOf } from "./epochs.js";
import { Keep } from "./keep.js";
import type { DilocoOptions } from "./options.js";
import { Rounds, type Common, type RoundHooks } from "./rounds.js";
import { roundsReport } from "./rounds-report.js";
import { checkShareable, weightsOf } from "./shard.js";

export interface DilocoHooks extends RoundHooks {
  /** Makes that which trains, when the folder is there; it is closed at the end. */
  executor(store: string): Executor | Promise<Executor>;
}

/** What a training is, beside its options. */
export interface DilocoPlan {
  readonly task: string;
  /** A file or folder; its path must mean the same to all workers. */
  readonly data: string;
  /** K */
  readonly shards: number;
  readonly options: DilocoOptions;
  /** Rounds of an epoch, of a run that goes on. */
  readonly perEpoch?: number;
}

export class Diloco implements Fitter {
  #journal: Journal | null = null;
  #perEpoch = 1;

  constructor(
    readonly plan: DilocoPlan,
    readonly hooks: DilocoHooks,
  ) {}

  /** @throws RoundTooLong where not one round would fit into the training */
  admit<P extends Pipeline>(prepared: Prepared<P>): Prepared<P> {
    checkShareable(prepared.model);
    const { steps } = passesOver(prepared);
    const { fit } = prepared;
    const { shards, options } = this.plan;
    const asked = { epochs: fit.epochs, batches: steps, shards, innerSteps: options.innerSteps };
    const { perEpoch, epochs, remark } = courseOf(asked, this.plan.perEpoch);
    if (remark !== null) this.hooks.warn?.(remark);
    this.#perEpoch = perEpoch;
    const admitted = { ...prepared, fit: { ...fit, epochs } };
    if (prepared.settings["gradientNorms"] !== true) return admitted;
    this.hooks.warn?.("gradientNorms: gradients stay with the shards, so none are kept");
    return { ...admitted, settings: { ...prepared.settings, gradientNorms: false } };
  }

  async fit(session: Session<Pipeline>, options: FitOptions): Promise<{ stopReason: string | null }> {
    const { folder, model } = session;
    const store = folder.file("store");
    const executor = await this.hooks.executor(store);
    try {
      await model.prepareTraining();
      const keep = new Keep(store, executor.store);
      this.#journal = await this.#open(session, keep);
      const common = await this.#common(session, executor);
      return await new Rounds(this.hooks, session, options, executor, keep, this.#journal, common).train();
    } finally {
      await executor.close();
    }
  }

  report(): readonly Block[] {
    return this.#journal ? roundsReport(this.#journal) : [];
  }

  /** Of the run, as far as it has come. */
  get journal(): Journal | null {
    return this.#journal;
  }

  /** What all jobs of shards say. */
  async #common({ folder, prepared }: Session<Pipeline>, executor: Executor): Promise<Common> {
    const { task, data, shards, options } = this.plan;
    const { innerSteps: steps, deltas, states } = options;
    const { fingerprint } = folder.readJson(RUN_FILES.data) as unknown as { fingerprint: { sha256: string } };
    const { sha256 } = fingerprint;
    const { runs: _, name: __, ...settings } = JSON.parse(JSON.stringify(prepared.settings)) as Common["settings"];
    const files: Common["files"] = {};
    for (const name of executor.sendsData ? FILE_OPTIONS : []) {
      const path = settings[name];
      if (typeof path === "string") files[name] = await refer(executor, path);
    }
    return { task, data: await refer(executor, data), sha256, settings, files, shards, steps, deltas, states };
  }

  async #open({ folder, model, prepared }: Session<Pipeline>, keep: Keep): Promise<Journal> {
    const { shards, options } = this.plan;
    const { epochs } = prepared.fit;
    if (hasJournal(folder)) {
      const journal = readJournal(folder);
      rewind(journal, model.epoch);
      await keep.begin(addressesOf(journal));
      return Object.assign(journal, { options, epochs });
    }
    const weights = await keep.put(writeWeights(weightsOf(model)));
    const start: Snapshot = { round: 0, weights, velocity: null, states: Array.from({ length: shards }, () => null) };
    const journal: Journal = { format: 1, shards, options, perEpoch: this.#perEpoch, epochs, rounds: [], snapshots: [start], generation: 0 }; // prettier-ignore
    writeJournal(folder, journal);
    if (!hasCheckpoint(folder)) await saveLast(folder, model); // from here on it can be gone on with
    return journal;
  }
}
