// What the playground computes beside the library: its problems, their baselines, its settings in an address, its thinned curves.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Random, type Tensor } from "sluice";
import { Curve } from "../../src/studio/playground/curve.js";
import { problemOf } from "../../src/studio/playground/problems/index.js";
import type { Frame } from "../../src/studio/playground/protocol.js";
import {
  CHOICES,
  DEFAULTS,
  fromFragment,
  LARGEST_SEED,
  PROBLEMS,
  toFragment,
} from "../../src/studio/playground/settings.js";
import { Trainer } from "../../src/studio/playground/trainer.js";

const close = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected} ± ${tolerance}`);

/** Row i of a tensor whose first axis is samples. */
const row = ({ data, shape }: Tensor, i: number) =>
  Array.from(data.slice((i * data.length) / shape[0]!, ((i + 1) * data.length) / shape[0]!));

describe("problems of the playground", () => {
  test("adding: the answer is the sum of the two numbers that are marked, one in each half", () => {
    const { x, y } = problemOf("adding", null).draw(200, 11, new Random(1));
    for (let i = 0; i < 200; i++) {
      const pairs = row(x, i);
      const marked = Array.from({ length: 11 }, (_, t) => t).filter((t) => pairs[2 * t + 1] === 1);
      assert.equal(marked.length, 2);
      assert.ok(marked[0]! < 5 && marked[1]! >= 5);
      close(y.data[i]!, pairs[2 * marked[0]!]! + pairs[2 * marked[1]!]!, 1e-6);
    }
  });

  test("parity: answers are those of counting all ones up to there", () => {
    const { x, y } = problemOf("parity", null).draw(50, 20, new Random(2));
    for (let i = 0; i < 50; i++) {
      const bits = row(x, i);
      const counted = bits.map((_, t) => bits.slice(0, t + 1).filter((bit) => bit === 1).length % 2);
      assert.deepEqual(row(y, i), counted);
    }
  });

  test("brackets: every prefix has as many open as it opens and does not close, and never fewer than none", () => {
    const { x, y } = problemOf("brackets", null).draw(50, 30, new Random(3));
    for (let i = 0; i < 50; i++) {
      const text = Array.from({ length: 30 }, (_, t) => (row(x, i)[2 * t] === 1 ? "(" : ")")).join("");
      for (let t = 0; t < 30; t++) {
        const prefix = text.slice(0, t + 1);
        const open = prefix.replaceAll(")", "").length - prefix.replaceAll("(", "").length;
        assert.equal(row(y, i)[t], open);
        assert.ok(open >= 0);
      }
    }
  });

  test("text: each answer is the character that follows in the text", () => {
    const text = "abracadabra, abracadabra.";
    const { x, y } = problemOf("text", text).draw(30, 8, new Random(4));
    const vocabulary = [...new Set(text)].sort();
    const spell = (indices: number[]) => indices.map((i) => vocabulary[i]).join("");
    for (let i = 0; i < 30; i++) {
      const [read, next] = [spell(row(x, i)), spell(row(y, i))];
      assert.ok(text.includes(read + next.at(-1)!), `${read} → ${next}`);
      assert.equal(read.slice(1), next.slice(0, -1));
    }
  });

  test("baselines are what mathematics says of them", () => {
    const of = (name: (typeof PROBLEMS)[number], steps: number, text: string | null = null) => {
      const problem = problemOf(name, text);
      return problem.baseline(problem.draw(4000, steps, new Random(5)));
    };
    close(of("adding", 20), 1 / 6, 0.01); // variance of a sum of two uniform numbers, about its mean
    close(of("parity", 20), Math.LN2, 1e-3);
    close(of("text", 5, "abab".repeat(20)), Math.LN2, 1e-9); // two letters, equally frequent
    // Differences of a sine of period p have mean square 1 − cos(2π/p), periods even in 12 … 36, and twice the noise's variance.
    const periods = Array.from({ length: 10_000 }, (_, i) => 12 + (24 * (i + 0.5)) / 10_000);
    const moves = periods.reduce((sum, p) => sum + 1 - Math.cos((2 * Math.PI) / p), 0) / periods.length;
    close(of("sine", 40), moves + 2 * 0.1 ** 2, 0.002);
  });
});

describe("a trainer of the playground", () => {
  test("shows gates of the sample and gradients; the same seed gives the same run, however often it is looked at", async () => {
    const run = async (looks: boolean) => {
      const trainer = new Trainer({ ...DEFAULTS.parity, units: 4, length: 6 }, null);
      for (let i = 0; i < 3; i++) {
        await trainer.update();
        if (looks) await trainer.frame(null);
      }
      return trainer.frame(null);
    };
    const [a, b] = [await run(false), await run(true)];
    assert.equal(a.step, 3);
    assert.equal(a.loss, b.loss);
    assert.equal(a.gradients[0]!.norms.length, 6);
    const [layer] = a.layers;
    assert.deepEqual([layer!.steps, layer!.units], [12, 4]); // shown is a sequence twice as long
    const { keep, write } = layer!.signals;
    keep!.forEach((value, i) => close(value + write![i]!, 1, 1e-6));
  });
});

describe("settings in the address", () => {
  test("every choice comes back as it was", () => {
    const settings = fc.record(
      {
        problem: fc.constantFrom(...PROBLEMS),
        cell: fc.constantFrom(...CHOICES.cell),
        units: fc.constantFrom(...CHOICES.units),
        layers: fc.constantFrom(...CHOICES.layers),
        optimizer: fc.constantFrom(...CHOICES.optimizer),
        learningRate: fc.constantFrom(...CHOICES.learningRate),
        clip: fc.constantFrom(...CHOICES.clip),
        length: fc.constantFrom(...CHOICES.length),
        batch: fc.constantFrom(...CHOICES.batch),
        seed: fc.nat(LARGEST_SEED),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(settings, (chosen) => {
        assert.deepEqual(fromFragment(`#${toFragment(chosen)}`), { settings: chosen, refused: [] });
      }),
    );
  });

  test("the defaults are choices", () => {
    for (const settings of Object.values(DEFAULTS)) {
      for (const [name, choices] of Object.entries(CHOICES))
        assert.ok((choices as readonly unknown[]).includes(settings[name as keyof typeof settings]), name);
    }
  });

  test("what cannot be had is named, and the rest holds", () => {
    const { settings, refused } = fromFragment(
      "#problem=adding&units=7&seed=-1&clip=&cell=__proto__&toString=1&length=80",
    );
    assert.deepEqual(settings, { ...DEFAULTS.adding, length: 80 });
    assert.deepEqual(refused, ["units=7", "seed=-1", "clip=", "cell=__proto__", "toString=1"]);
    assert.deepEqual(fromFragment("#problem=chess").refused, ["problem=chess"]);
    fc.assert(fc.property(fc.string(), (text) => void fromFragment(text)));
  });
});

describe("a loss curve", () => {
  const frame = (step: number, loss: number) => ({ step, loss, batchLoss: loss }) as Frame;

  test("stays short, keeps its ends, and is thinned evenly to means", () => {
    let curve = new Curve(DEFAULTS.sine);
    for (let step = 0; step <= 5000; step++) curve = curve.with(frame(step, step));
    assert.ok(curve.steps.length <= 500);
    assert.deepEqual([curve.steps[0], curve.steps.at(-1)], [0, 5000]);
    const gaps = curve.steps.slice(2, -1).map((step, i) => step - curve.steps[i + 1]!);
    assert.deepEqual([Math.min(...gaps), Math.max(...gaps)], [16, 16]); // 5,000 frames in fewer than 500 points
    assert.equal(curve.losses[5], curve.steps[5]! - 7.5); // the mean of 16 that end there
  });

  test("a frame of the same step adds nothing", () => {
    const curve = new Curve(DEFAULTS.sine).with(frame(0, 1));
    assert.equal(curve.with(frame(0, 2)), curve);
  });

  test("is below a baseline from the step after the last that was not", () => {
    const losses = [5, 1, 3, 1, 0.5];
    const curve = losses.reduce((all, loss, i) => all.with(frame(10 * i, loss)), new Curve(DEFAULTS.sine));
    assert.equal(curve.belowSince(2), 30);
    assert.equal(curve.belowSince(0.1), null);
    assert.equal(new Curve(null).belowSince(1), null);
    assert.deepEqual(curve.at([-5, 5, 10, 40, 41]), [null, 3, 1, 0.5, null]);
  });
});
