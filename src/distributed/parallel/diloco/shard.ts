/**
 * A shard's part of a round: from the shared weights, so many steps on its own batches. Weights, its own state and what comes out go through
 * the store, so that the same job can be done by anyone, and done twice gives the same. What reading and preparing the data gave stays with the
 * thread for the next job of the same training.
 */
import type { Callback, Model } from "sluice";
import type { Json } from "../../../format/json.js";
import { readOptions } from "../../../tasks/options.js";
import { taskNamed } from "../../../tasks/registry.js";
import type { Prepared } from "../../../tasks/task.js";
import { Random } from "../../../util/random.js";
import { check } from "../../../util/errors.js";
import type { JobContext } from "../../job.js";
import { foundAt, sourceOf } from "../../store/reference.js";
import { FILE_OPTIONS } from "../../trial-payload.js";
import { Dealer, passesOver, type Source } from "./batches.js";
import { readWeights, writeDelta, type Weights } from "./contents.js";
import { checked, shardPayload, type ShardAnswer, type ShardPayload } from "./payloads.js";
import { readState, writeState, type ShardState } from "./state.js";

/** Between two reports of how far it is. */
const REPORT_MS = 500;

export async function shard(json: Json, context: JobContext): Promise<Json> {
  const payload = checked("shard", shardPayload, json);
  check(payload.shard < payload.shards, () => `shard: there is no shard ${payload.shard} of ${payload.shards}`);
  const { store, signal } = context;
  const watch = stopwatch();
  const training = await trainingOf(payload, context);
  const prepare = watch();
  const { model } = training;
  const before = await store.get(payload.weights);
  const saved = payload.state === null ? null : await store.get(payload.state);
  const theta = readWeights(before);
  const state = saved ? readState(saved) : training.begin(payload.shard);
  const read = watch();
  assignWeights(model, theta);
  model.optimizer.setState(state.optimizer);
  model.random.state = state.random;
  let { place } = state;
  let steps = 0;
  const batches = () => training.dealer(payload.shard).take(place, payload.steps, (next) => (place = next));
  const history = await model.fit(batches, {
    verbose: 0,
    signal,
    callbacks: [{ onBatchEnd: () => void steps++ }, reporter(payload, context)],
  });
  signal.throwIfAborted();
  check(steps === payload.steps, () => `shard ${payload.shard}: ${history.stopReason ?? "its steps ended early"}`);
  const train = watch();
  const after = weightsOf(model);
  const delta = writeDelta(
    { trained: minus(theta.trained, after.trained), kept: minus(theta.kept, after.kept) },
    payload.deltas,
  );
  const left = writeState({ place, random: model.random.state, optimizer: model.optimizer.getState() }, payload.states);
  const answer: ShardAnswer = {
    shard: payload.shard,
    delta: await store.put(delta),
    state: await store.put(left),
    values: valuesOf(history.history),
    bytes: { weights: before.length, stateIn: saved?.length ?? 0, stateOut: left.length, delta: delta.length },
    seconds: { prepare, read, train, write: watch() },
  };
  return answer as unknown as Json;
}

/** Seconds since it was last asked. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const before = last;
    last = performance.now();
    return (last - before) / 1000;
  };
}

function minus(one: Float32Array, other: Float32Array): Float32Array {
  return one.map((x, i) => x - other[i]!);
}

function valuesOf(history: Readonly<Record<string, readonly number[]>>): Record<string, number> {
  const { learningRate: _, ...values } = history;
  return Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value!]));
}

function reporter({ shard, steps }: ShardPayload, { report }: JobContext): Callback {
  let told = -Infinity; // at once, so that it is seen who has begun
  return {
    onBatchEnd(step, logs) {
      if (performance.now() - told < REPORT_MS) return;
      told = performance.now();
      return report({ shard, step: step + 1, steps, loss: logs["loss"] ?? null });
    },
  };
}

/** What the thread keeps of a training. */
interface Training {
  readonly key: string;
  readonly prepared: Prepared;
  readonly model: Model;
  readonly dealer: (shard: number) => Dealer;
  /** Before the first round. */
  begin(shard: number): ShardState;
}

/** One at a time: data may fill much of the memory. */
let held: Training | null = null;

async function trainingOf(payload: ShardPayload, context: JobContext): Promise<Training> {
  const { task, data, sha256, settings, files, shards } = payload;
  const key = JSON.stringify([task, data, sha256, settings, files, shards]);
  if (held?.key === key) return held;
  await held?.prepared.close?.();
  held = null;
  return (held = await prepareTraining(key, payload, context));
}

async function prepareTraining(key: string, payload: ShardPayload, context: JobContext): Promise<Training> {
  const { shards, files } = payload;
  const source = await sourceOf(payload.data, context, payload.sha256);
  const settings = { ...payload.settings };
  for (const name of FILE_OPTIONS) {
    const [sent, path] = [files[name], settings[name]];
    if (sent) settings[name] = await sourceOf(sent, context);
    else if (typeof path === "string") settings[name] = foundAt(path, context);
  }
  const task = taskNamed("shard", payload.task);
  const options = readOptions("shard", task.options, settings);
  // What is to be said of the data the process that asked has said.
  // And who was given up meanwhile ends here, but what it prepared it has for the next round.
  const prepared = await task.prepare(source, options, { warn: () => undefined, shards });
  try {
    return await startOf(key, prepared, payload);
  } catch (error) {
    await prepared.close?.();
    throw error;
  }
}

async function startOf(key: string, prepared: Prepared, { settings, shards }: ShardPayload): Promise<Training> {
  const { model } = prepared;
  const source: Source = passesOver(prepared);
  await model.prepareTraining();
  checkShareable(model);
  const fresh = model.optimizer.getState();
  const dealers = new Map<number, Dealer>();
  return {
    key,
    prepared,
    model,
    dealer(shard) {
      if (!dealers.has(shard)) dealers.set(shard, new Dealer(source, shards));
      return dealers.get(shard)!;
    },
    begin: (shard) => ({ place: Dealer.begin(shard), random: randomOf(Number(settings["seed"] ?? 0), shard).state, optimizer: fresh }), // prettier-ignore
  };
}

/** Of dropout masks and the like; beside the numbers of epochs (`epochRandom`), which are less than 2²⁰. */
function randomOf(seed: number, shard: number): Random {
  return new Random((seed >>> 0) + 2 ** 32 * (2 ** 20 + shard));
}

export function checkShareable(model: Model): void {
  check(
    model.dtype === "float32",
    () => `diloco: the network computes in ${model.dtype}; only float32 is sent to shards`,
  );
}

/** Of a network that was prepared for training. */
export function weightsOf(model: Model): Weights {
  const trained = new Set(model.trained);
  const tensors = model.getWeights();
  const joined = (want: boolean) =>
    join(tensors.flatMap(({ data }, i) => (trained.has(model.parameters[i]!) === want ? [data as Float32Array] : [])));
  return { trained: joined(true), kept: joined(false) };
}

function join(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @throws SluiceError where there are more or fewer than the network has, and then nothing has been changed */
export function assignWeights(model: Model, { trained, kept }: Weights): void {
  const own = new Set(model.trained);
  const sizes = { trained: 0, kept: 0 };
  for (const p of model.parameters) sizes[own.has(p) ? "trained" : "kept"] += p.size;
  check(sizes.trained === trained.length && sizes.kept === kept.length, () => {
    return `diloco: the network has ${sizes.trained} and ${sizes.kept} weights, got ${trained.length} and ${kept.length}: the training is of another version, or other data`;
  });
  const at = { trained: 0, kept: 0 };
  for (const p of model.parameters) {
    const group = own.has(p) ? "trained" : "kept";
    const from = (group === "trained" ? trained : kept).subarray(at[group], at[group] + p.size);
    p.assign(from);
    at[group] += p.size;
  }
}
