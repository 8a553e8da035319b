import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelsFor } from "../../src/ops/backend.js";
import { layers, sequential } from "../../src/index.js";
import { normal, signTask } from "../support/data.js";

test("10,000 training steps leave memory where it was", async () => {
  const { x, y } = signTask(8, 5, 3);
  const m = sequential([
    layers.gru({ units: 8, inputShape: [null, 3], dropout: 0.1 }),
    layers.dense({ units: 1, activation: "sigmoid" }),
  ]);
  m.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
  const { heap } = kernelsFor("float32").memory;
  const gc = await exposedGc();
  const live = () => {
    gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return { kernel: heap.used, script: heapUsed + arrayBuffers };
  };
  // The engine goes on compiling for some thousand steps, and keeps what it compiled (600 kB in Node 22, then nothing more).
  for (let i = 0; i < 12_000; i++) await m.trainOnBatch(x, y);
  const before = live();
  for (let i = 0; i < 10_000; i++) await m.trainOnBatch(x, y);
  const after = live();
  assert.equal(after.kernel, before.kernel);
  const grown = after.script - before.script;
  assert.ok(grown < 2 ** 19, `live memory grew by ${(grown / 1024).toFixed(0)} kB`);
});

test("models that are no longer used give their memory back", async () => {
  const gc = await exposedGc();
  const { heap } = kernelsFor("float32").memory;
  const useOne = async () => {
    const m = sequential([layers.gru({ units: 64, inputShape: [4, 8] }), layers.dense({ units: 1 })]);
    m.compile({ optimizer: "adam", loss: "mse" });
    await m.fit(normal([4, 4, 8]), normal([4, 1]), { verbose: 0 });
    m.stream().step(new Float32Array(8));
  };
  await useOne();
  const before = heap.used;
  for (let i = 0; i < 30; i++) await useOne();
  for (let i = 0; i < 10; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(heap.used <= before + 2 ** 20, `${before} bytes before, ${heap.used} after 30 models`);
});

async function exposedGc(): Promise<() => void> {
  const [{ setFlagsFromString }, { runInNewContext }] = [await import("node:v8"), await import("node:vm")];
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
