/** What a file holds so that training goes on as if it had not stopped: how it was compiled, moments, epoch, random state. */
import type { SavedState } from "../model/save.js";
import { Tensor } from "../tensor/tensor.js";
import type { Optimizer } from "../optimizers/index.js";
import { check } from "../util/errors.js";
import type { LoadedFile } from "../model/load.js";
import type { CompileOptions } from "./compile.js";
import type { Model } from "./model.js";

export interface StoredTraining {
  compile: CompileOptions;
  /** The names under which the metrics stand in the history, for each output. */
  metricNames: string[][];
  epoch: number;
  random: [number, number, number, number];
  position?: Omit<Position, "carried">;
}

/** How far an epoch has got. */
export interface Position {
  /** Steps that are done. */
  readonly step: number;
  /** The generator when the epoch began: it draws the same order of samples again. */
  readonly random: readonly [number, number, number, number];
  /** Of the loss and of each metric (`LogBook.state`). */
  readonly gathered: readonly (readonly number[] | null)[];
  /** With `tbptt`: by cell, by call, the states that the next piece begins with. */
  readonly carried: readonly Tensor[][][];
}

const PREFIX = "training/";
const CARRIED = "carried/";

/** @param waiting moments that came with a file and have not been handed to the optimizer yet */
export function trainingState(model: Model, waiting: Map<string, Tensor> | null): SavedState {
  const { position } = model;
  const { optimizer, outputs } = model.compiled;
  const named = ({ className, config }: { className: string; config: object }) => ({ className, config });
  const compile = {
    optimizer: named(optimizer),
    loss: outputs.map((o) => named(o.loss)),
    metrics: outputs.map((o) => o.metrics.slice(0, o.weightedFrom).map(named)),
    weightedMetrics: outputs.map((o) => o.metrics.slice(o.weightedFrom).map(named)),
    lossWeights: outputs.map((o) => o.weight),
  };
  const tensors = new Map(
    [...(waiting ?? []), ...optimizer.getState()].map(([name, t]) => [name, { data: t.data, shape: t.shape }]),
  );
  const metricNames = outputs.map((o) => o.metrics.map((m) => m.name));
  const metadata = { compile, metricNames, epoch: model.epoch, random: model.random.state };
  if (!position) return { metadata, tensors };
  const { step, random, gathered, carried } = position;
  for (const [c, calls] of carried.entries())
    for (const [n, states] of calls.entries())
      for (const [s, t] of states.entries()) tensors.set(`${CARRIED}${c}/${n}/${s}`, { data: t.data, shape: t.shape });
  return { metadata: { ...metadata, position: { step, random, gathered } }, tensors };
}

/** The stored training of a file; null when it holds a model that was never compiled. */
export function readTraining(
  file: LoadedFile,
  name: string,
): { stored: StoredTraining; moments: Map<string, Tensor>; position: Position | null } | null {
  if (!("compile" in file.training)) return null;
  const stored = file.training as unknown as StoredTraining;
  const words = stored.random;
  check(
    Array.isArray(words) &&
      words.length === 4 &&
      words.every((w) => Number.isInteger(w)) &&
      Number.isInteger(stored.epoch),
    () => {
      return `${name}: the training state lacks its epoch or random state`;
    },
  );
  const moments = new Map<string, Tensor>();
  const carried: Tensor[][][] = [];
  for (const [key, { data, shape }] of file.tensors) {
    if (!key.startsWith(PREFIX)) continue;
    const [own, t] = [key.slice(PREFIX.length), Tensor.of(data, shape)];
    if (!own.startsWith(CARRIED)) moments.set(own, t);
    else {
      const [c, n, s] = own.split("/").slice(1).map(Number) as [number, number, number];
      ((carried[c] ??= [])[n] ??= [])[s] = t;
    }
  }
  return { stored, moments, position: stored.position ? { ...stored.position, carried } : null };
}

/**
 * Gives a built optimizer the moments of a file. Where the file's training changed other weights than this one will, they are
 * left out and the steps count from 0, as when layers are frozen or unfrozen between two calls of `fit`.
 */
export function restoreMoments(optimizer: Optimizer, stored: ReadonlyMap<string, Tensor>): void {
  const own = optimizer.getState();
  const momentsOf = (state: ReadonlyMap<string, Tensor>) => [...state].filter(([key]) => key.includes("/"));
  const came = momentsOf(stored);
  const fits = came.length === momentsOf(own).length && came.every(([key, t]) => own.get(key)?.size === t.size);
  if (fits) optimizer.setState(new Map([...own, ...came]));
  else if (came.length > 0) optimizer.iterations = 0;
}
