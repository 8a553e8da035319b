// The parts of the task by themselves: rules of texts, frames and their augmentation, batches, the language model.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { NGram } from "../../../src/tasks/baselines/n-gram.js";
import { augmented } from "../../../src/tasks/transcribe/augment.js";
import { plainBatches, trainingBatches } from "../../../src/tasks/transcribe/batches.js";
import { PADDING, stacked, stepsOf, type Frames } from "../../../src/tasks/transcribe/frames.js";
import { Language } from "../../../src/tasks/transcribe/language.js";
import { normalized, Symbols } from "../../../src/tasks/transcribe/symbols.js";
import { Random } from "../../../src/util/random.js";

const RULES = { level: "char", lower: true, punctuation: false } as const;
const NONE = { tempo: 0, warp: 0, noise: 0, timeMasks: 0, bandMasks: 0 };

/** Values that tell where they came from. */
function framesOf(length: number, bands = 4): Frames {
  return { values: Float32Array.from({ length: length * bands }, (_, i) => 0.5 + i), length, bands };
}

test("texts: composed, lower case, blanks once, punctuation only where it is wanted", () => {
  const rows: [string, string, string][] = [
    ["  Don’t  stop, 'now'! ", "don't stop now", "don’t stop, 'now'!"],
    ["Zu\u0308rich", "zürich", "zürich"],
    ["3.5 – good-bye", "3 5 good bye", "3.5 – good-bye"],
    ["你好，世界。", "你好 世界", "你好，世界。"],
    ["?!…", "", "?!…"],
  ];
  for (const [text, bare, full] of rows) {
    assert.equal(normalized(text, RULES), bare);
    assert.equal(normalized(text, { ...RULES, punctuation: true }), full);
  }
  assert.equal(normalized("ABC", { ...RULES, lower: false }), "ABC");
});

test("symbols: what is encoded is decoded, what is unknown is left out and named, and JSON keeps all", () => {
  for (const level of ["char", "word"] as const) {
    const symbols = Symbols.fit(["one two", "two three"], { ...RULES, level });
    const again = Symbols.revive(JSON.parse(JSON.stringify(symbols)));
    assert.equal(again.decode(again.encode("three one")), "three one");
    assert.ok(again.encode("three one").every((k) => k > 0 && k < again.classes));
  }
  const symbols = Symbols.fit(["ab"], RULES);
  assert.deepEqual(
    [symbols.encode("azb"), symbols.unknownIn("azb"), symbols.unknownIn("ba")],
    [[1, 2], "z", undefined],
  );
  assert.throws(() => Symbols.revive({ list: ["a", "a"], rules: RULES }), /a list of different texts/);
});

test("frames side by side, the last step filled with the last frame, padding after the end", () => {
  const x = stacked([framesOf(5, 2), framesOf(2, 2)], 3);
  assert.deepEqual(x.shape, [2, 2, 6]);
  const rows = Array.from(x.data);
  assert.deepEqual(rows.slice(0, 12), [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 8.5, 9.5]);
  assert.deepEqual(rows.slice(12, 18), [0.5, 1.5, 2.5, 3.5, 2.5, 3.5]);
  assert.ok(rows.slice(18).every((value) => value === PADDING));
});

test("augmentation: none changes nothing; any keeps the bounds, what was there before, and the steps that are needed", () => {
  const frames = framesOf(20);
  assert.deepEqual(augmented(frames, NONE, new Random(1), 1), frames);
  const all = { tempo: 0.3, warp: 0.2, noise: 0, timeMasks: 2, bandMasks: 1 };
  const property = fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (length, seed) => {
    const clip = framesOf(length);
    const before = clip.values.slice();
    const least = Math.ceil(length * 0.9);
    const made = augmented(clip, all, new Random(seed), least);
    assert.deepEqual(clip.values, before);
    assert.ok(made.length >= least && made.length <= Math.round(1.3 * length) + 1);
    assert.equal(made.values.length, made.length * made.bands);
    const high = before.at(-1)!;
    assert.ok(made.values.every((value) => value >= 0 && value <= high + 1e-3));
    assert.deepEqual(made, augmented(clip, all, new Random(seed), least));
  });
  fc.assert(property);
  const noisy = augmented(framesOf(500), { ...NONE, noise: 1 }, new Random(3), 1);
  const mean = noisy.values.reduce((sum, value, i) => sum + value - (0.5 + i), 0) / noisy.values.length;
  assert.ok(Math.abs(mean) < 0.1);
});

test("batches: each clip once an epoch, with its own text, among others of its length; another order each epoch", () => {
  const random = new Random(2);
  const frames = Array.from({ length: 50 }, (_, i) => ({ ...framesOf(6 + random.below(40)), mark: i }));
  for (const [i, clip] of frames.entries()) clip.values[0] = -i - 1;
  const classes = frames.map((_, i) => [1 + (i % 5), 1 + (i % 7)]);
  const options = { ...NONE, stack: 2, batchSize: 8, seed: 3 };
  const seen = (
    batches: Iterable<{ x: { data: ArrayLike<number>; shape: readonly number[] }; y: { data: ArrayLike<number> } }>,
  ) => {
    const order: number[] = [];
    for (const { x, y } of batches) {
      const [B, T, D] = x.shape as [number, number, number];
      for (let b = 0; b < B; b++) {
        const i = -x.data[b * T * D]! - 1;
        assert.deepEqual([y.data[2 * b], y.data[2 * b + 1]], classes[i]);
        order.push(i);
      }
    }
    assert.deepEqual([...order].sort((a, b) => a - b), frames.map((_, i) => i)); // prettier-ignore
    return order;
  };
  const spoken = { frames, classes };
  const first = seen(trainingBatches(spoken, options, 0) as never);
  assert.deepEqual(first, seen(trainingBatches(spoken, options, 0) as never));
  assert.notDeepEqual(first, seen(trainingBatches(spoken, options, 1) as never));
  seen(plainBatches(spoken, options) as never);
  const cells = plainBatches(spoken, options).reduce(
    (sum, batch) => sum + (batch as { x: { size: number } }).x.size,
    0,
  );
  const real = frames.reduce((sum, { length }) => sum + stepsOf(length, 2) * 8, 0);
  assert.ok(cells < 1.2 * real, "little of a batch is padding");
});

test("the language model is the n-gram model of the texts, each of which begins anew, also when it was saved", () => {
  const texts = [
    [1, 2, 3],
    [1, 2, 2],
    [3, 1, 2],
  ];
  const language = Language.revive(JSON.parse(JSON.stringify(Language.fit(texts, 3, 4))), 4);
  const ids = [0, 1, 2, 3, 0, 1, 2, 2, 0, 3, 1, 2, 0];
  const model = new NGram(ids, 4, 3);
  assert.equal(language.score([], 1), Math.log(model.probability([0, 1], 1)));
  assert.equal(language.score([1, 2], 3), Math.log(model.probability([1, 2, 3], 2)));
  assert.equal(language.score([3, 1, 2], 3), Math.log(model.probability([1, 2, 3], 2)));
  assert.ok(language.score([], 1) > language.score([], 2), "two of three texts begin with 1, none with 2");
  assert.throws(() => Language.revive({ ids: [4], order: 2 }, 4), /the saved language model/);
});
