/** A model as it is served: the network with its preprocessing, the version of its file, and what it takes and gives. */
import { loadModel, Tensor, type Model } from "sluice";
import { soundConfigOf } from "../streaming/index.js";
import type { Answer, Pipeline } from "../tasks/task.js";
import type { Signature, Stepper } from "../tasks/view.js";
import { check, show, SluiceError } from "../util/errors.js";
import { Batcher } from "./batcher.js";
import { limitsOf, type Limits } from "./limits.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";

/**
 * One version of one model; it never changes. A reload makes another one and puts it in its place (`Registry.replace`); whoever holds
 * this one, a request or a session, goes on with it and lets it go, and its memory is given back when nobody holds it any more. What is
 * made of a version, such as streams, belongs in a `WeakMap<ServedModel, …>`.
 */
export interface ServedModel {
  /** What requests call it: letters, digits, "-", "_" and "." inside. */
  readonly name: string;
  /** The first 16 hexadecimal digits of the SHA-256 of its file: the same file is the same version everywhere. */
  readonly version: string;
  /** The network itself: streams are made of it. */
  readonly model: Model;
  /** The network for predictions: calls of `predict` that come at the same time are computed in one. */
  readonly batched: Model;
  /** Null for a plain model, which was made without a task: arrays go in and come out. */
  readonly pipeline: Pipeline | null;
  /** What goes in and comes out in raw terms; null for a plain model. */
  readonly signature: Signature | null;
  /** Raw rows to frames and outputs to answers, one step at a time; null where it cannot be, and for plain models, whose frames are numbers. */
  readonly stepper: Stepper | null;
  /** Why it cannot be run one step at a time; null where it can. */
  readonly notSteppable: string | null;
  /** Milliseconds since 1970. */
  readonly loadedAt: number;
  /** Bytes of its file. */
  readonly size: number;
  /** Answers in raw units for raw rows. @throws SluiceError where the rows do not fit, and for a plain model */
  predictRows(
    rows: readonly Readonly<Record<string, unknown>>[],
    options?: Readonly<Record<string, unknown>>,
  ): Promise<readonly Answer[]>;
}

export interface ModelBytes {
  readonly name: string;
  /** A .safetensors file that Sluice wrote. */
  readonly bytes: Uint8Array;
  /** Those of the app: how many samples are computed together, and how many requests may wait. */
  readonly limits?: Partial<Limits>;
  /** What batches are counted in; give the app the same. */
  readonly metrics?: ServerMetrics;
}

const NAME = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$/;

/** Whether a model may be called so: no path can be written with it. */
export const isModelName = (name: string): boolean => NAME.test(name);

/**
 * Reads a model file, revives its preprocessing, and tries the network on zeros.
 * @throws SluiceError when the bytes are no model, its task is not known, or the network fails or gives numbers that are not finite
 */
export async function openServed({ name, bytes, limits, metrics }: ModelBytes): Promise<ServedModel> {
  check(isModelName(name), () => {
    return `serve: a model's name is made of letters, digits, "-", "_" and ".", got ${show(name)}`;
  });
  const model = await loadModel(bytes);
  const pipeline = await revive(name, model);
  const signature = pipeline?.signature?.(model) ?? null;
  const { maxBatch, maxQueue, maxWait } = limitsOf("openServed: limits", limits);
  const counted = metrics && { metrics: { of: metrics, model: name } };
  const batched = new Batcher(model, { maxBatch, maxQueue, maxWait, ...counted }).model;
  await tryOut(name, model);
  const notSteppable = whyNotSteppable(model, pipeline, signature);
  return {
    name,
    version: await versionOf(bytes),
    model,
    batched,
    pipeline,
    signature,
    stepper: notSteppable === null && soundConfigOf(model) === null ? (pipeline?.stepper?.(model) ?? null) : null,
    notSteppable,
    loadedAt: Date.now(),
    size: bytes.length,
    predictRows(rows, options = {}) {
      if (pipeline === null) throw new SluiceError(`${name}: the model knows no task; give it arrays by input name`);
      return pipeline.predict(batched, rows, options);
    },
  };
}

async function revive(name: string, model: Model): Promise<Pipeline | null> {
  if (!("task" in model.attachments)) return null;
  const [{ attachmentOf }, { taskNamed }] = await Promise.all([
    import("../tasks/attachment.js"),
    import("../tasks/registry.js"),
  ]);
  const { name: task, pipeline } = attachmentOf(`serve ${name}`, model.attachments);
  return taskNamed(`serve ${name}`, task).revive(pipeline);
}

async function versionOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  return Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function whyNotSteppable(model: Model, pipeline: Pipeline | null, signature: Signature | null): string | null {
  // One that listens takes samples, or frames of them, whatever its pipeline takes.
  if (soundConfigOf(model) !== null) signature = pipeline = null;
  if (pipeline && !pipeline.stepper) return `models that ${pipeline.task} are not run one step at a time`;
  if (signature?.notSteppable) return signature.notSteppable;
  try {
    model.stream();
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error.message;
    throw error;
  }
}

/** Steps of the trial where the model takes any number. */
const TRIAL_STEPS = 8;

/** A file that was cut or mixed up may still be read; what it computes then shows it. */
async function tryOut(name: string, model: Model): Promise<void> {
  const zeros = model.inputs.map(({ shape: [, ...sizes], dtype }) => {
    const shape = [1, ...sizes.map((size) => size ?? TRIAL_STEPS)];
    const size = shape.reduce((a, b) => a * b, 1);
    return Tensor.of(dtype === "int32" ? new Int32Array(size) : new Float32Array(size), shape);
  });
  const outputs = await model.predictAll(zeros);
  const bad = outputs.findIndex(({ data }) => !data.every(Number.isFinite));
  check(bad < 0, () => `serve ${name}: the network's output is not finite for zeros; its weights are broken`);
}
