/** Training on threads when something goes wrong: threads that die, losses that are no numbers, what threads cannot have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { callbacks, initializers, layers, Layer, losses, metrics, ops, sequential, tensor, type CallContext, type LayerConfig, type Model, type PartialShape, type Tensor } from "sluice"; // prettier-ignore
import { dataParallel } from "../../src/distributed/parallel/sync/data-parallel.js";
import { Team } from "../../src/distributed/parallel/sync/team.js";
import { shardedStep } from "../../src/train/sharded/sharded-step.js";
import { normal } from "../support/data.js";

/** Steps of some ten milliseconds, so that threads wake in time. */
const [N, T, D, H, batchSize] = [96, 40, 8, 64, 32];
const x = normal([N, T, D]);
const y = normal([N, 1], 2);

function network(): Model {
  const model = sequential([layers.gru({ units: H, inputShape: [null, D], dropout: 0.1 }), layers.dense({ units: 1 })], { seed: 3 }); // prettier-ignore
  model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  return model;
}

async function trained(model: Model, epochs = 3) {
  const { history } = await model.fit(x, y, { epochs, batchSize, verbose: 0 });
  return { history, weights: model.getWeights().map((w) => w.data), random: model.random.state };
}

async function withShards(shards: number) {
  const model = network();
  model.step = shardedStep(model, shards);
  return trained(model);
}

/** Ends a thread while the main one computes a shard, so that the other has one too. */
class Saboteur extends Team {
  readonly threads: Worker[] = [];
  #shards = 0;

  constructor(
    private readonly at: readonly number[],
    warnings: string[],
  ) {
    super(3, (message) => warnings.push(message));
  }

  override take(): number | null {
    const shard = super.take();
    if (shard !== null && this.at.includes(this.#shards++)) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3);
      void this.threads.at(-1)!.terminate();
    }
    return shard;
  }
}

/** Threads as they join: the team lets them sleep without keeping the process. */
function joining(threads: Worker[]): () => void {
  const { unref } = Worker.prototype;
  Worker.prototype.unref = function () {
    threads.push(this);
    unref.call(this);
  };
  return () => (Worker.prototype.unref = unref);
}

test("threads take shards; a thread that dies in the middle changes no bit, and another comes", async () => {
  const wanted = await withShards(6);
  const warnings: string[] = [];
  const team = new Saboteur([2, 9], warnings);
  const restore = joining(team.threads);
  const model = network();
  model.step = shardedStep(model, 6, team);
  try {
    assert.deepEqual(await trained(model), wanted);
    assert.ok(team.helped > 0, "threads took no shard");
    assert.match(warnings[0]!, /^a thread of the training ended; its part is done again, and another takes its place$/);
    for (let i = 0; i < 100 && team.threads.length < 3; i++) await after(20);
    assert.ok(team.threads.length >= 3, "nobody took its place");
  } finally {
    restore();
    await team.close();
  }
});

test("when threads die again and again training goes on without them", async () => {
  const wanted = await withShards(6);
  const warnings: string[] = [];
  const team = new Saboteur(
    Array.from({ length: 99 }, (_, i) => i),
    warnings,
  );
  const restore = joining(team.threads);
  const model = network();
  model.step = shardedStep(model, 6, team);
  try {
    assert.deepEqual(await trained(model), wanted);
    assert.ok(warnings.length <= 3, warnings.join("\n"));
  } finally {
    restore();
    await team.close();
  }
});

test("a loss that is no number is named as without shards, and no weight is changed", async () => {
  const failing = (parallel: boolean) => {
    const model = sequential(
      [layers.gru({ units: 4, inputShape: [null, D] }), layers.dense({ units: 1, kernelInitializer: initializers.constant({ value: 1e30 }) })], // prettier-ignore
      { seed: 3 },
    );
    model.compile({ optimizer: "adam", loss: "mse" });
    const team = parallel && dataParallel(model, { shards: 4, workers: 2 });
    const before = model.getWeights().map((w) => w.data);
    return { model, before, close: async () => team && (await team.close()) };
  };
  const messages: string[] = [];
  for (const parallel of [false, true]) {
    const { model, before, close } = failing(parallel);
    await assert.rejects(model.fit(x, y, { batchSize, verbose: 0 }), (error: Error) => messages.push(error.message) > 0); // prettier-ignore
    assert.deepEqual(model.getWeights().map((w) => w.data), before); // prettier-ignore
    await close();
  }
  assert.match(messages[0]!, /the loss is .* at epoch 1, step 1/);
  assert.equal(messages[1], messages[0]);
});

test("what is wrong in a shard is said as it is without threads", async () => {
  const model = sequential([layers.embedding({ inputDim: 5, outputDim: 3, inputShape: [null] }), layers.gru({ units: 3 }), layers.dense({ units: 1 })], { seed: 1 }); // prettier-ignore
  model.compile({ optimizer: "sgd", loss: "mse" });
  const tokens = tensor(Int32Array.from({ length: 32 * 4 }, (_, i) => (i === 77 ? 9 : i % 5)), [32, 4]); // prettier-ignore
  const message = async () => {
    const error = await model.fit(tokens, normal([32, 1]), { batchSize: 32, shuffle: false, verbose: 0 }).then(() => null, (e: Error) => e); // prettier-ignore
    return error!.message;
  };
  const wanted = await message();
  const team = dataParallel(model, { shards: 4, workers: 2 });
  assert.equal(await message(), wanted);
  await team.close();
});

class Twice extends Layer<LayerConfig> {
  static override readonly className = "Twice";

  constructor() {
    super({}, {});
  }

  computeOutputShape(shapes: PartialShape[]): PartialShape[] {
    return shapes;
  }

  call([x]: Tensor[], _context: CallContext): Tensor[] {
    return [ops.mul(x!, 2)];
  }
}

test("what other threads cannot have is said before anything is trained; shards on one thread have it", async () => {
  const squares = (yTrue: Tensor, yPred: Tensor) => ops.square(ops.sub(yTrue, yPred));
  const gru = () => layers.gru({ units: 2, inputShape: [null, D] });
  const cases: [make: () => Model, message: RegExp][] = [
    [
      () => {
        const model = sequential([gru(), layers.dense({ units: 1, name: "y" })]);
        model.compile({ optimizer: "sgd", loss: squares });
        return model;
      },
      /^workers: a loss of output "y" is a function of this program/,
    ],
    [
      () => {
        const model = sequential([gru(), layers.dense({ units: 1, name: "y" })]);
        model.compile({ optimizer: "sgd", loss: "mse", metrics: [squares] });
        return model;
      },
      /^workers: a metric of output "y" is a function of this program/,
    ],
    [
      () => {
        const model = sequential([gru(), new Twice(), layers.dense({ units: 1 })]);
        model.compile({ optimizer: "sgd", loss: "mse" });
        return model;
      },
      /^workers: a thread could not make the model: .*Twice/,
    ],
  ];
  for (const [make, message] of cases) {
    const model = make();
    const team = dataParallel(model, { shards: 2, workers: 2 });
    await assert.rejects(model.fit(x, y, { verbose: 0 }), { name: "SluiceError", message });
    await team.close();
    const alone = dataParallel(model, { shards: 2 });
    await model.fit(x, y, { verbose: 0 });
    await alone.close();
  }
});

test("stateful layers, tbptt, and numbers that make no sense are refused", async () => {
  const stateful = sequential([layers.gru({ units: 2, stateful: true, inputShape: [null, D], name: "g" }), layers.dense({ units: 1 })]); // prettier-ignore
  stateful.compile({ optimizer: "sgd", loss: "mse" });
  assert.throws(() => dataParallel(stateful), /shards: .*"g" is stateful/);
  const steps = sequential([layers.gru({ units: 2, inputShape: [null, D], returnSequences: true }), layers.dense({ units: 1 })]); // prettier-ignore
  steps.compile({ optimizer: "sgd", loss: "mse" });
  const team = dataParallel(steps);
  await assert.rejects(steps.fit(x, normal([N, T, 1]), { tbptt: 10, verbose: 0 }), /shards: tbptt carries states/);
  await team.close();
  assert.throws(() => dataParallel(network(), { workers: 0 }), /workers must be/);
  assert.throws(() => dataParallel(network(), { workers: 65 }), /at most 64 workers, got 65/);
  assert.throws(() => dataParallel(network(), { shards: 65 }), /at most 64, got 65/);
});

test("frozen layers, another loss, larger batches and more metrics between two calls of fit", async () => {
  const run = async (workers: number) => {
    const model = network();
    const team = dataParallel(model, { shards: 4, workers });
    try {
      await model.fit(x, y, { batchSize, verbose: 0 });
      model.layers[0]!.trainable = false;
      await model.fit(x, y, { batchSize: 64, verbose: 0, classWeight: {} });
      model.layers[0]!.trainable = true;
      model.compile({ optimizer: "rmsprop", loss: losses.huber(), metrics: ["mse", metrics.auc({ numThresholds: 200 }), "auc"] }); // prettier-ignore
      const { history } = await model.fit(x, tensor(Float32Array.from({ length: N }, (_, i) => i % 2), [N, 1]), { batchSize: 96, epochs: 2, verbose: 0 }); // prettier-ignore
      const logs = await model.trainOnBatch(x, y);
      return { history, logs, weights: model.getWeights().map((w) => w.data) };
    } finally {
      await team.close();
    }
  };
  assert.deepEqual(await run(2), await run(1));
});

test("norms of gradients are those of whole batches, and after close() training is as before", async () => {
  const run = async (workers: number | null) => {
    const model = network();
    const team = workers === null ? null : dataParallel(model, { shards: 1, workers });
    const norms = callbacks.gradientNorms();
    await model.fit(x, y, { batchSize, epochs: 2, verbose: 0, callbacks: norms });
    await team?.close();
    await model.fit(x, y, { batchSize, verbose: 0 });
    return { records: norms.records, weights: model.getWeights().map((w) => w.data) };
  };
  assert.deepEqual(await run(2), await run(null));
});
