/** What the training of one series keeps: in memory what a minute can do again, in its folder what took longer. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { loadModel, type Callback, type History, type Model } from "sluice";
import { hasCheckpoint, loadLast, removeLeftovers, saveLast } from "../../runs/checkpoints.js";
import { writeWhole } from "../../runs/files.js";
import { readHistory } from "../../runs/metrics-jsonl.js";
import { RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { forgetLock, forgetOwnLock, lockRun, type RunLock } from "../../runs/run-lock.js";
import { epochsBefore } from "../../tasks/open-run.js";
import type { Prepared } from "../../tasks/task.js";
import { addEpoch, emptyHistory } from "../../train/history.js";
import { SluiceError } from "../../util/errors.js";

type Weights = ReturnType<Model["getWeights"]>;

/** Files of a folder, by their names. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

export class Keeper {
  readonly history: History;
  readonly #times: string[] = [];
  #lock: RunLock | null = null;
  #best: number | null = null;
  #weights: Weights | null = null;
  #written = performance.now();

  /** @param path folder of the series, which the first checkpoint makes @param config what its config.json holds */
  constructor(
    readonly path: string,
    readonly config: object,
    before: History | null,
  ) {
    this.history = before ?? emptyHistory();
  }

  /** Takes over what an earlier worker left; null where it left nothing to go on from. @param sole nobody else can be at it */
  static async goOn(path: string, config: object, sole: boolean): Promise<{ keeper: Keeper; model: Model } | null> {
    if (!existsSync(join(path, RUN_FILES.config))) return null;
    const folder = RunFolder.open(path);
    // No executor does one job twice at the same time: a lock of this process was left by a thread that died.
    if (sole) forgetLock(folder);
    else forgetOwnLock(folder);
    const lock = lockRun(folder);
    removeLeftovers(folder);
    if (!hasCheckpoint(folder)) {
      lock.release();
      rmSync(path, { recursive: true });
      return null;
    }
    const model = await loadLast(folder, () => undefined);
    const known = readHistory(folder.file(RUN_FILES.metrics));
    const keeper = new Keeper(path, config, epochsBefore(model.epoch, known));
    keeper.#lock = lock;
    keeper.#times.push(...keeper.history.epoch.map(() => new Date().toISOString()));
    if (folder.has(RUN_FILES.best)) keeper.#weights = (await loadModel(folder.file(RUN_FILES.best))).getWeights();
    return { keeper, model };
  }

  /** @param start the monitored value of the network before its first step, where that counts */
  begin(model: Model, { fit: { monitor, mode } }: Prepared, start: number | null): number | null {
    const known = [...(this.history.history[monitor] ?? []), start ?? Number.NaN].filter(Number.isFinite);
    this.#best = known.length === 0 ? null : Math[mode](...known);
    if (start !== null && this.#weights === null) this.#weights = model.getWeights();
    return this.#best;
  }

  /** @param every seconds between two checkpoints */
  callbacks({ fit: { monitor, mode } }: Prepared, every: number): { first: Callback; last: Callback } {
    const due = (model: Model) =>
      performance.now() - this.#written >= 1000 * every ? this.checkpoint(model) : undefined;
    return {
      first: {
        onEpochEnd: (epoch, logs, { model }) => {
          addEpoch(this.history, epoch, logs);
          this.#times.push(new Date().toISOString());
          const value = logs[monitor]!;
          const better = this.#best === null || (mode === "min" ? value < this.#best : value > this.#best);
          if (!Number.isFinite(value) || !better) return;
          this.#best = value;
          this.#weights = model.getWeights();
        },
      },
      last: {
        onBatchEnd: (_step, _logs, { model }) => due(model),
        onEpochEnd: (_epoch, _logs, { model }) => due(model),
      },
    };
  }

  /** The weights of the best epoch; as they are where no epoch had a value. */
  takeBest(model: Model): void {
    if (this.#weights) model.setWeights(this.#weights);
  }

  /** So that another worker goes on from here. */
  async checkpoint(model: Model): Promise<void> {
    const folder = this.#folder();
    if (this.#weights) {
      const own = model.getWeights();
      model.setWeights(this.#weights);
      mkdirSync(dirname(folder.file(RUN_FILES.best)), { recursive: true });
      await model.save(folder.file(RUN_FILES.best));
      model.setWeights(own);
    }
    writeWhole(folder.file(RUN_FILES.metrics), this.metrics);
    await saveLast(folder, model);
    this.#written = performance.now();
  }

  #folder(): RunFolder {
    if (this.#lock === null) {
      if (!existsSync(this.path)) makeFolder(this.path, { [RUN_FILES.config]: toJson(this.config) });
      this.#lock = lockRun(RunFolder.open(this.path));
    }
    return RunFolder.open(this.path);
  }

  /** As `metricsJsonl` writes them. */
  get metrics(): string {
    const { epoch, history } = this.history;
    const lines = epoch.map((number, i) => {
      const values = Object.entries(history).map(([name, list]) => [name, Number.isFinite(list[i]) ? list[i] : null]);
      return JSON.stringify({ epoch: number, time: this.#times[i], ...Object.fromEntries(values) });
    });
    return lines.map((line) => `${line}\n`).join("");
  }

  /**
   * Puts these files into the folder, the last of them when the others are there; what was kept on the way goes.
   * @returns settled when a loss of power could not take them away any more: no reason to wait for it before the next series
   */
  async finish(files: Files): Promise<void> {
    const all = { [RUN_FILES.config]: toJson(this.config), ...files };
    if (this.#lock === null && makeFolder(this.path, all)) return syncFiles(this.path, Object.keys(all));
    for (const [name, content] of Object.entries(all)) writeWhole(join(this.path, name), content);
    rmSync(join(this.path, dirname(RUN_FILES.last)), { recursive: true, force: true });
  }

  release(): void {
    this.#lock?.release();
    this.#lock = null;
  }
}

export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** All at once, under another name first; false where something of that name is there. */
function makeFolder(path: string, files: Files): boolean {
  const hidden = join(dirname(path), `.${basename(path)}-${randomUUID()}`);
  try {
    mkdirSync(hidden);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(hidden, name), content);
    if (existsSync(path)) return false;
    renameSync(hidden, path);
    return true;
  } catch (error) {
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  } finally {
    rmSync(hidden, { recursive: true, force: true });
  }
}

/** Beside the training of the next series: a disk may take longer for it than the training of a small network. */
async function syncFiles(path: string, names: readonly string[]): Promise<void> {
  try {
    await Promise.all(
      names.map(async (name) => {
        const file = await open(join(path, name), "r+");
        await file.sync().finally(() => file.close());
      }),
    );
  } catch (error) {
    throw new SluiceError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
