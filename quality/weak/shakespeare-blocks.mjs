/**
 * Characters of tiny Shakespeare: a stack of blocks (causal convolution of width 4, minGru, MLP, residuals, norms, as in Feng et al.
 * 2024, arXiv 2410.01201, section 4.2) beside a GRU with as many parameters, on the recipe "shakespeare" of quality/recipes:
 * 1,500 steps of 32 windows of 100 characters, Adam, global norm clipped at 1, the last tenth for validation.
 *
 *   node quality/weak/shakespeare-blocks.mjs [--model=gru|minGru|minLstm] [--candidate=linear] [--rate=2e-3] [--steps=1500]
 *        [--seed=0] [--quick]
 *
 * Prints nats a character over the whole validation part: with the state carried through it, and in windows of 100 characters that
 * start without one. Both models learn in the same way: the rate falls to 0 as a cosine unless --constant.
 */
import { parseArgs } from "node:util";
import { initializers, input, layers, losses, model, optimizers, Random, schedules, tensor } from "sluice";
import { charTokenizer } from "sluice/data";
import { readText } from "../files.mjs";
import { torchDense, torchEmbedding, torchGru } from "../network.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "minGru" },
    candidate: { type: "string", default: "linear" },
    rate: { type: "string", default: "2e-3" },
    steps: { type: "string", default: "1500" },
    blocks: { type: "string", default: "3" },
    width: { type: "string", default: "128" },
    constant: { type: "boolean", default: false },
    seed: { type: "string", default: "0" },
    quick: { type: "boolean", default: false },
  },
});
const [BATCH, T] = [32, 100];
const [steps, seed, rate] = [values.quick ? 50 : Number(values.steps), Number(values.seed), Number(values.rate)];

const text = readText("tiny-shakespeare/input.txt");
const characters = charTokenizer();
characters.fit(text);
const numbers = characters.encode(text);
const [train, held] = [numbers.subarray(0, 1_003_854), numbers.subarray(1_003_854)];
const V = 65;

/** x + f(norm(x)) */
const residual = (x, f) => layers.add().apply([x, f(layers.layerNormalization().apply(x))]);

function block(x, width) {
  const cell = { minGru: layers.minGru, minLstm: layers.minLstm }[values.model];
  const taps = initializers.randomUniform({ minval: -0.5, maxval: 0.5 });
  const mixed = residual(x, (h) => {
    const near = layers.depthwiseConv1d({ kernelSize: 4, padding: "causal", depthwiseInitializer: taps }).apply(h);
    const far = cell({ units: width, returnSequences: true, candidate: values.candidate }).apply(near);
    return layers.dense({ units: width }).apply(far);
  });
  return residual(mixed, (h) =>
    layers.dense({ units: width }).apply(layers.dense({ units: width, activation: "relu" }).apply(h)),
  );
}

function build() {
  const tokens = input({ shape: [null], dtype: "int32" });
  if (values.model === "gru") {
    const x = torchEmbedding({ words: V, size: 64, initial: "normal" }).apply(tokens);
    const h = torchGru(256, { returnSequences: true }).apply(x);
    return model({ inputs: tokens, outputs: torchDense(256, V).apply(h), seed });
  }
  const width = Number(values.width);
  let x = torchEmbedding({ words: V, size: width, initial: "normal" }).apply(tokens);
  for (let i = 0; i < Number(values.blocks); i++) x = block(x, width);
  const outputs = layers.dense({ units: V }).apply(layers.layerNormalization().apply(x));
  return model({ inputs: tokens, outputs, seed });
}

/** Windows and the characters after each. @param {Int32Array} from @param {number[]} offsets @param {number} length */
function pairs(from, offsets, length) {
  const [x, y] = [new Int32Array(offsets.length * length), new Int32Array(offsets.length * length)];
  offsets.forEach((offset, b) => {
    x.set(from.subarray(offset, offset + length), b * length);
    y.set(from.subarray(offset + 1, offset + length + 1), b * length);
  });
  return { x: tensor(x, [offsets.length, length]), y: tensor(y, [offsets.length, length]) };
}

async function nats(network, from, offsets, length) {
  let sum = 0;
  for (let at = 0; at < offsets.length; at += 32) {
    const some = offsets.slice(at, at + 32);
    const { x, y } = pairs(from, some, length);
    sum += (await network.evaluate(x, y, { batchSize: 32 })).loss * some.length;
  }
  return sum / offsets.length;
}

const network = build();
const learningRate = values.constant ? rate : schedules.cosineDecay({ initialLearningRate: rate, decaySteps: steps });
network.compile({
  optimizer: optimizers.adam({ learningRate, epsilon: 1e-8, globalClipNorm: 1 }),
  loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
});
console.log(JSON.stringify({ ...values, parameters: network.countParams() }));
const random = new Random(seed);
const [begun, cpu] = [performance.now(), process.cpuUsage()];
let loss = 0;
for (let step = 1; step <= steps; step++) {
  const { x, y } = pairs(train, Array.from({ length: BATCH }, () => random.below(train.length - T)), T); // prettier-ignore
  loss += (await network.trainOnBatch(x, y)).loss / 100;
  if (step % 100 > 0) continue;
  console.log(`step ${step}  loss ${loss.toFixed(4)}  ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  loss = 0;
}
const seconds = (performance.now() - begun) / 1000;
const processor = process.cpuUsage(cpu).user / 1e6;
const windows = Array.from({ length: Math.floor((held.length - 1) / T) }, (_, i) => i * T);
const carried = await nats(network, held, [0], held.length - 1);
const alone = await nats(network, held, windows, T);
console.log(`\n| model | parameters | steps | nats, carried | nats, windows | seconds | of processor | threads |`);
console.log(`|-|-|-|-|-|-|-|-|`);
const name = values.model === "gru" ? "GRU(256)" : `${values.blocks} blocks of ${values.model}, ${values.candidate}`;
const cells = [
  name,
  network.countParams(),
  steps,
  carried.toFixed(4),
  alone.toFixed(4),
  seconds.toFixed(0),
  processor.toFixed(0),
  1,
];
console.log(`| ${cells.join(" | ")} |`);
