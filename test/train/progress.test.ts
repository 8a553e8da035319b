import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { layers, sequential, type FitOptions } from "../../src/index.js";
import { normal } from "../support/data.js";

/** What a fit writes to standard error, on a terminal or not. */
async function shown(
  t: TestContext,
  options: FitOptions,
  terminal: { isTTY: boolean; columns?: number },
): Promise<string> {
  let text = "";
  const { isTTY, columns } = process.stderr;
  Object.assign(process.stderr, { columns: undefined, ...terminal });
  const write = t.mock.method(process.stderr, "write", (chunk: string) => ((text += chunk), true));
  const m = sequential([layers.dense({ units: 1, inputShape: [2] })], { seed: 1 });
  m.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["mae"] });
  try {
    await m.fit(normal([40, 2]), normal([40, 1]), { batchSize: 10, epochs: 2, ...options });
  } finally {
    write.mock.restore();
    Object.assign(process.stderr, { isTTY, columns });
  }
  return text;
}
/** What remains to be seen of lines that are redrawn. */
const remaining = (text: string) =>
  text
    .split("\n")
    .map((line) => line.split("\r").at(-1)!.replace("\x1b[K", ""))
    .filter((line) => line !== "");

const LOGS = /loss \d\.\d+  mae \d\.\d+  val_loss \d\.\d+  val_mae \d\.\d+  \d/;

test("on a terminal a bar is redrawn in place, and ends with validation values and the time", async (t) => {
  const slow = { onBatchEnd: () => new Promise<void>((resolve) => setTimeout(resolve, 60)) };
  const text = await shown(t, { validationSplit: 0.25, callbacks: slow }, { isTTY: true });
  const [first] = text.split("\r").slice(1);
  assert.match(first!, /^Epoch 1\/2  1\/3 \[=+>\.+\]  loss \d.*  mae \d.*  \d[\d.]* steps\/s  .*left/);
  const lines = remaining(text);
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /^Epoch 2\/2  3\/3 \[={20}\]  /);
  assert.match(lines[1]!, LOGS);
});

test("the bar is drawn ten times a second at most, and never wider than the terminal", async (t) => {
  const text = await shown(t, { epochs: 1, batchSize: 1 }, { isTTY: true, columns: 40 });
  const drawn = text.split("\r").slice(1);
  assert.ok(drawn.length <= 4, `40 steps were drawn ${drawn.length} times`);
  for (const line of drawn) assert.ok(line.replace("\x1b[K", "").trimEnd().length < 40, line);
});

test("in a file or a pipe there is a line an epoch", async (t) => {
  const text = await shown(t, { validationSplit: 0.25 }, { isTTY: false });
  assert.ok(!text.includes("\r"));
  assert.equal(remaining(text).length, 2);
  assert.match(remaining(text)[0]!, LOGS);
});

test("verbose 0 is silent; a wrong value is an error", async (t) => {
  assert.equal(await shown(t, { verbose: 0 }, { isTTY: true }), "");
  const wrong = shown(t, { verbose: 3 as 2 }, { isTTY: true });
  await assert.rejects(wrong, /fit: verbose must be 0, 1 or 2, got 3/);
});

test("a data set of unknown length counts its steps", async (t) => {
  const text: string[] = [];
  const write = t.mock.method(process.stderr, "write", (chunk: string) => (text.push(chunk), true));
  const m = sequential([layers.dense({ units: 1, inputShape: [2] })], { seed: 1 });
  m.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  await m.fit(
    () =>
      [
        [normal([5, 2]), normal([5, 1])],
        [normal([3, 2]), normal([3, 1])],
      ] as const,
    { epochs: 2, verbose: 1 },
  );
  write.mock.restore();
  const drawn = text.join("").split("\r");
  assert.match(drawn[1]!, /^Epoch 1\/2  1 steps  loss [\d.]+  [\d.]+ steps\/s/);
  assert.ok(!drawn[1]!.includes("left"));
  assert.match(remaining(text.join(""))[1]!, /2\/2 \[={20}\]/, "the second epoch knows how many there are");
});
