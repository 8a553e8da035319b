/**
 * Truncated back-propagation through time on the characters of WikiText-2: the same network, pieces, number of updates and
 * characters, once with the state carried from piece to piece (`fit({ tbptt })` over parallel streams), once with every piece on its
 * own. Trained on valid.txt, tested on test.txt; unknown characters share one index.
 *
 *   node quality/weak/tbptt.mjs [--steps=200] [--epochs=3] [--seed=0] [--quick]
 *
 * Embedding(64), GRU(256), dense; Adam 2e-3, global norm clipped at 1, batches of 32, one thread. Nothing is chosen by the test
 * part: epochs and rates are fixed. "carried" is the test loss over streams with carried state, "pieces" with every piece on its own.
 */
import { parseArgs } from "node:util";
import { layers, losses, optimizers, sequential, tensor } from "sluice";
import { streams } from "sluice/data";
import { readText } from "../files.mjs";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "200" },
    epochs: { type: "string", default: "3" },
    seed: { type: "string", default: "0" },
    quick: { type: "boolean", default: false },
  },
});
const [STEPS, seed] = [Number(values.steps), Number(values.seed)];
const BATCH = 32;
const most = values.quick ? 100_000 : Infinity;

const [trainText, testText] = ["valid", "test"].map((part) => [...readText(`wikitext-2/${part}.txt`)].slice(0, most));
const index = new Map([...new Set(trainText)].map((character, i) => [character, i + 1]));
const V = index.size + 1;

/** Streams [BATCH, whole pieces] of characters and of those that follow them. @param {string[]} text */
function pairs(text) {
  const indices = Int32Array.from(text, (character) => index.get(character) ?? 0);
  const pieces = Math.floor((indices.length - 1) / (BATCH * STEPS));
  const count = pieces * STEPS * BATCH;
  return { x: streams(indices.subarray(0, count), BATCH), y: streams(indices.subarray(1, count + 1), BATCH) };
}

/** The same characters as pieces [N, STEPS] that stand alone. @param {import("sluice").Tensor} t */
const alone = (t) => tensor(t.data, [t.size / STEPS, STEPS]);

async function train(carry, { x, y }, test) {
  const model = sequential(
    [
      layers.embedding({ inputDim: V, outputDim: 64 }),
      layers.gru({ units: 256, returnSequences: true }),
      layers.dense({ units: V }),
    ],
    { seed },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate: 2e-3, globalClipNorm: 1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  });
  const options = { batchSize: BATCH, epochs: values.quick ? 1 : Number(values.epochs), verbose: 2 };
  const start = process.cpuUsage();
  if (carry) await model.fit(x, y, { ...options, tbptt: STEPS });
  else await model.fit(alone(x), alone(y), options);
  const { user, system } = process.cpuUsage(start);
  const carried = await model.evaluate(test.x, test.y, { batchSize: BATCH, tbptt: STEPS });
  const pieces = await model.evaluate(alone(test.x), alone(test.y), { batchSize: BATCH });
  return {
    state: carry ? "carried" : "zeros at each piece",
    updates: model.optimizer.iterations,
    "test nats, carried": carried.loss.toFixed(4),
    "test nats, pieces": pieces.loss.toFixed(4),
    "training processor s": ((user + system) / 1e6).toFixed(0),
  };
}

const [training, test] = [pairs(trainText), pairs(testText)];
console.log(
  `${training.x.size} characters to train on, ${test.x.size} to test on, ${V} different ones, pieces of ${STEPS}, seed ${seed}`,
);
console.table([await train(true, training, test), await train(false, training, test)]);
