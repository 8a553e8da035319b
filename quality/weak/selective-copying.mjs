/**
 * Selective copying (Gu and Dao 2023, arXiv 2312.00752; minGRU: Feng et al. 2024, arXiv 2410.01201, table 1): 16 data tokens lie
 * at random places among blanks, 256 steps in all; then come 16 markers, at which the tokens are asked for in their order. The
 * vocabulary of 16 holds the blank, the marker and 14 data tokens, as in the generator of S4's repository (copying.py, variable).
 *
 *   node quality/weak/selective-copying.mjs [--cell=minGru] [--candidate=linear] [--layers=3] [--width=128]
 *        [--units=256] [--mlp=128] [--steps=16000] [--batch=16] [--rate=3e-3] [--minutes=35] [--seed=0] [--plain] [--quick]
 *
 * Each layer: x + dense(cell(norm(x))), then x + mlp(norm(x)). Adam with warm-up and cosine decay, global norm clipped at 1, new
 * sequences in every step; --plain leaves the gates' biases at 0 instead of memories of all lengths. What is reported is the share of right tokens in 1,000 sequences of a generator of their own, one thread.
 */
import { parseArgs } from "node:util";
import { Layer, input, layers, losses, model, ops, optimizers, Random, schedules, tensor } from "sluice";

const { values } = parseArgs({
  options: {
    cell: { type: "string", default: "minGru" },
    candidate: { type: "string", default: "linear" },
    layers: { type: "string", default: "3" },
    width: { type: "string", default: "128" },
    units: { type: "string", default: "256" },
    steps: { type: "string", default: "16000" },
    batch: { type: "string", default: "16" },
    context: { type: "string", default: "256" },
    rate: { type: "string", default: "3e-3" },
    minutes: { type: "string", default: "35" },
    mlp: { type: "string", default: "128" },
    plain: { type: "boolean", default: false },
    seed: { type: "string", default: "0" },
    quick: { type: "boolean", default: false },
  },
});
const TOKENS = 16;
const VOCABULARY = 16;
const [BLANK, MARKER] = [0, VOCABULARY - 1];
const CONTEXT = values.quick ? 64 : Number(values.context);
const [steps, batch, seed] = [values.quick ? 300 : Number(values.steps), Number(values.batch), Number(values.seed)];
const CELLS = { gru: layers.gru, minGru: layers.minGru, minLstm: layers.minLstm };

/** @param {number} count @param {number} context @param {Random} random */
function draw(count, context, random) {
  const T = context + TOKENS;
  const [x, y] = [new Int32Array(count * T).fill(BLANK), new Int32Array(count * TOKENS)];
  const places = Array.from({ length: context }, (_, t) => t);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < TOKENS; k++) {
      const other = k + random.below(context - k);
      [places[k], places[other]] = [places[other], places[k]];
    }
    const chosen = places.slice(0, TOKENS).sort((a, b) => a - b);
    for (let k = 0; k < TOKENS; k++) {
      y[i * TOKENS + k] = x[i * T + chosen[k]] = 1 + random.below(VOCABULARY - 2);
      x[i * T + context + k] = MARKER;
    }
  }
  return { x: tensor(x, [count, T]), y: tensor(y, [count, TOKENS]) };
}

/** The steps at which the tokens are asked for. */
class Answers extends Layer {
  static className = "Answers";
  constructor(config = {}) {
    super(config, {});
  }
  computeOutputShape([[B, , D]]) {
    return [[B, TOKENS, D]];
  }
  call([x]) {
    const [B, steps, D] = x.shape;
    return [ops.slice(x, [0, steps - TOKENS, 0], [B, TOKENS, D])];
  }
}

function build() {
  const units = Number(values.units);
  const width = Number(values.width);
  const mlp = Number(values.mlp);
  const make = CELLS[values.cell];
  const options = values.cell === "gru" ? {} : { candidate: values.candidate };
  const tokens = input({ shape: [null], dtype: "int32" });
  let x = layers.embedding({ inputDim: VOCABULARY, outputDim: width }).apply(tokens);
  for (let i = 0; i < Number(values.layers); i++) {
    let h = layers.layerNormalization().apply(x);
    h = make({ units, returnSequences: true, ...options }).apply(h);
    x = layers.add().apply([x, layers.dense({ units: width }).apply(h)]);
    if (mlp === 0) continue;
    h = layers.dense({ units: mlp, activation: "relu" }).apply(layers.layerNormalization().apply(x));
    x = layers.add().apply([x, layers.dense({ units: width }).apply(h)]);
  }
  const answers = layers.layerNormalization().apply(new Answers().apply(x));
  const network = model({ inputs: tokens, outputs: layers.dense({ units: VOCABULARY }).apply(answers), seed });
  const warmup = Math.min(200, steps / 10);
  const rate = Number(values.rate);
  const learningRate = schedules.cosineDecay({
    initialLearningRate: rate / 100, warmupTarget: rate, warmupSteps: warmup, decaySteps: steps - warmup, alpha: 0.01,
  }); // prettier-ignore
  network.compile({
    optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  if (!values.plain) rememberLong(network);
  return network;
}

/** The gates start with memories of all lengths up to T: log U(1, T) (chrono initialization, Tallec and Ollivier 2018). */
function rememberLong(network) {
  const random = new Random(seed + 77);
  for (const layer of network.layers) {
    const bias = layer.parameters.find((p) => p.name === "bias");
    if (!layer.cell) continue;
    const units = Number(values.units);
    const data = bias.data.slice();
    for (let j = 0; j < units; j++) data[j] = -Math.log(1 + random.uniform() * (CONTEXT + TOKENS - 1));
    bias.assign(data);
  }
}

/** Short contexts first, which cost less: what is learnt there holds where there are more blanks. The last fifth is of full length. */
function lengthAt(step) {
  const share = step / steps;
  if (share > 0.8) return CONTEXT;
  const longest = Math.min(CONTEXT, share < 0.6 ? 32 : 128);
  return TOKENS + random.below(longest - TOKENS + 1);
}

const network = build();
const random = new Random(seed + 1);
const held = draw(1000, CONTEXT, new Random(seed + 1_000_003));
const begun = performance.now();
const seconds = () => (performance.now() - begun) / 1000;
const cpu = () => (process.cpuUsage().user / 1e6).toFixed(0);
console.log(JSON.stringify({ ...values, parameters: network.countParams() }));
let done = 0;
let [loss, right] = [0, 0];
while (done < steps && seconds() < Number(values.minutes) * 60) {
  const { x, y } = draw(batch, lengthAt(done), random);
  const logs = await network.trainOnBatch(x, y);
  loss += logs.loss / 100;
  right += logs.accuracy / 100;
  if (++done % 100 === 0) {
    console.log(
      `step ${done}  loss ${loss.toFixed(4)}  accuracy ${right.toFixed(4)}  ${seconds().toFixed(0)} s (${cpu()} s of processor)`,
    );
    [loss, right] = [0, 0];
  }
}
const result = await network.evaluate(held.x, held.y, { batchSize: 50 });
console.log(`\n| cell | candidate | layers | parameters | steps | accuracy of 16,000 tokens | seconds | threads |`);
console.log(`|-|-|-|-|-|-|-|-|`);
console.log(
  `| ${values.cell} | ${values.cell === "gru" ? "" : values.candidate} | ${values.layers} | ${network.countParams()} | ${done} | ${result.accuracy.toFixed(4)} | ${seconds().toFixed(0)} (${cpu()} of processor) | 1 |`,
);
