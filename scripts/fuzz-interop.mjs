// Damages small files of each format at random and reads them: each must be read, or refused with one SluiceError, within the limits
// of time and memory. Seeded: a failure names the file, the round and how to see it again.
// Usage: node --conditions=sluice-modules scripts/fuzz-interop.mjs [format, default all] [rounds, default 100000] [seed, default 1]
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = (path) => import(pathToFileURL(join(root, "build", path)).href);
const { mutate } = await built("test/support/mutate.js");
const { Random } = await built("src/util/random.js");

const LIMIT = { seconds: 5, bytes: 1.5e9 };

/** For each format its small files, and what reads one and uses what came. */
const FORMATS = {
  async onnx() {
    const { smallOnnxFiles } = await built("test/support/onnx-files.js");
    const { fromOnnx } = await built("src/interop/onnx/from-onnx.js");
    return smallOnnxFiles().map(({ bytes, inputs }) => ({
      bytes,
      read: async (damaged) => (await fromOnnx(damaged)).predict(inputs),
    }));
  },
  async pytorch() {
    const { readFileSync } = await import("node:fs");
    const { cases } = JSON.parse(readFileSync(join(root, "test/fixtures/torch-interop.json"), "utf8"));
    const { fromPyTorch } = await built("src/interop/pytorch/from-pytorch.js");
    return cases.map(({ file, options, x }) => ({
      bytes: new Uint8Array(Buffer.from(file, "base64")),
      read: async (damaged) => (await fromPyTorch(damaged, options)).predict(x),
    }));
  },
  async keras() {
    const { kerasFixture } = await built("test/interop/keras-fixture.js");
    const { openKerasFile } = await built("src/interop/keras/archive.js");
    const { modelOf } = await built("src/interop/keras/from-keras.js");
    const { hdf5Reader } = await built("src/interop/keras/hdf5-node.js");
    const { bytesOf, files } = kerasFixture();
    // libhdf5 may run in circles; its worker is then stopped, after the time that limits.ts states. There is one worker for all,
    // started again when libhdf5 fails: one for each would take most of the time.
    const reader = hdf5Reader();
    const small = files.filter((name) => !/weights|lambda|custom/.test(name));
    const read = async (damaged) => modelOf(await openKerasFile({ bytes: damaged, name: "damaged" }, reader));
    return Object.assign(
      small.map((name) => ({ bytes: bytesOf(name), read })),
      { close: () => reader.close(), seconds: 12 },
    );
  },
  async tfjs() {
    const { layers, sequential } = await built("src/index.js");
    const { fromTfjs } = await built("src/interop/tfjs/from-tfjs.js");
    const { toTfjs } = await built("src/interop/tfjs/to-tfjs.js");
    const recurrent = [
      layers.gru({ units: 2, resetAfter: false, returnSequences: true, inputShape: [4, 2] }),
      layers.bidirectional({ layer: layers.lstm({ units: 2 }) }),
    ];
    const files = toTfjs(sequential([...recurrent, layers.dense({ units: 1 })], { seed: 1 }));
    const read = (damaged) => fromTfjs(new Map([...files, ["model.json", damaged]]));
    return [{ bytes: files.get("model.json"), read }];
  },
};

/** "read" or "refused"; throws for anything else. */
async function attempt(read, damaged, limit = LIMIT.seconds) {
  const began = performance.now();
  let answer = "read";
  try {
    await read(damaged);
  } catch (error) {
    if (error?.name !== "SluiceError") throw error;
    answer = "refused";
  }
  const seconds = (performance.now() - began) / 1000;
  if (seconds > limit) throw new Error(`took ${seconds.toFixed(1)} s`);
  const { rss } = process.memoryUsage();
  if (rss > LIMIT.bytes) throw new Error(`holds ${rss} bytes`);
  return answer;
}

async function fuzz(format, rounds, seed) {
  const files = await FORMATS[format]();
  const counts = { read: 0, refused: 0 };
  for (let round = 0; round < rounds; round++) {
    const random = new Random(seed + round);
    const { bytes, read } = files[(seed + round) % files.length];
    try {
      counts[await attempt(read, mutate(bytes, random), files.seconds)]++;
    } catch (error) {
      console.error(`${format}, round ${round}: ${error.stack}`);
      console.error(`again: node --conditions=sluice-modules scripts/fuzz-interop.mjs ${format} 1 ${seed + round}`);
      process.exit(1);
    }
  }
  await files.close?.();
  console.log(`${format}: ${rounds} damaged files, ${counts.refused} refused, ${counts.read} still readable`);
}

const [format, rounds = "100000", seed = "1"] = process.argv.slice(2);
for (const name of format === undefined || format === "all" ? Object.keys(FORMATS) : [format]) {
  await fuzz(name, Number(rounds), Number(seed));
}
