// Decoding of CTC: against the sum over all paths of every text, step by step as in a stream, with a language model.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { CtcBeamDecoder, ctcBeamSearch, CtcGreedyDecoder, ctcGreedy } from "../../../src/data/index.js";
import { tensor } from "../../../src/index.js";
import { Random } from "../../../src/util/random.js";
import { assertClose } from "../../reference/numeric.js";

const cases = fc.record({ T: fc.integer({ min: 1, max: 5 }), K: fc.integer({ min: 2, max: 4 }), seed: fc.nat() });

function logitsOf(T: number, K: number, seed: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: T * K }, () => 6 * random.uniform() - 3);
}

/** Every text with its probability, the likeliest first. */
function allTexts(x: Float64Array, T: number, K: number, blank: number): { labels: number[]; ln: number }[] {
  const p = Array.from({ length: T }, (_, t) => {
    const row = Array.from(x.subarray(t * K, (t + 1) * K), Math.exp);
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((value) => value / sum);
  });
  const texts = new Map<string, number>();
  for (let code = 0; code < K ** T; code++) {
    const path = p.map((_, t) => Math.floor(code / K ** t) % K);
    const text = path.filter((k, t) => k !== blank && (t === 0 || path[t - 1] !== k)).join();
    texts.set(text, (texts.get(text) ?? 0) + path.reduce((product, k, t) => product * p[t]![k]!, 1));
  }
  return [...texts]
    .map(([text, sum]) => ({ labels: text === "" ? [] : text.split(",").map(Number), ln: Math.log(sum) }))
    .sort((a, b) => b.ln - a.ln);
}

test("with beams for all texts the n best are those of the sum over all paths, with their probabilities", () => {
  const property = fc.property(cases, fc.nat(3), ({ T, K, seed }, b) => {
    const blank = b % K;
    const x = logitsOf(T, K, seed);
    const wanted = allTexts(x, T, K, blank);
    const [got] = ctcBeamSearch(tensor(x, [1, T, K]), { blank, beams: 1000, best: 6 });
    assert.equal(got!.length, Math.min(6, wanted.length));
    assert.deepEqual(got!.map(({ labels }) => labels), wanted.slice(0, 6).map(({ labels }) => labels)); // prettier-ignore
    assertClose(got!.map(({ logProbability }) => logProbability), wanted.slice(0, 6).map(({ ln }) => ln), "ln p", 1e-9); // prettier-ignore
  });
  fc.assert(property);
});

test("few beams find the best text of most inputs, and never claim more than its probability", () => {
  let found = 0;
  for (let seed = 0; seed < 100; seed++) {
    const x = logitsOf(5, 4, seed);
    const wanted = allTexts(x, 5, 4, 0);
    const best = ctcBeamSearch(tensor(x, [1, 5, 4]), { beams: 4 })[0]![0]!;
    const exact = wanted.find(({ labels }) => labels.join() === best.labels.join())!;
    assert.ok(best.logProbability <= exact.ln + 1e-9);
    found += Number(best.labels.join() === wanted[0]!.labels.join());
  }
  assert.ok(found > 85, `${found} of 100`);
});

test("language model and bonus count in the rank, at every length", () => {
  const property = fc.property(cases, fc.double({ min: -2, max: 2, noNaN: true }), ({ T, K, seed }, labelBonus) => {
    const x = logitsOf(T, K, seed);
    const random = new Random(seed + 1);
    const table = Float64Array.from({ length: K * K }, () => -3 * random.uniform());
    const languageModel = (before: readonly number[], label: number) => table[(before.at(-1) ?? 0) * K + label]!;
    const scored = allTexts(x, T, K, 0).map(({ labels, ln }) => {
      const language = labels.reduce((sum, label, i) => sum + languageModel(labels.slice(0, i), label), 0);
      return { labels, score: ln + 0.7 * language + labelBonus * labels.length };
    });
    scored.sort((a, b) => b.score - a.score);
    const options = { beams: 1000, languageModel, languageWeight: 0.7, labelBonus };
    const best = ctcBeamSearch(tensor(x, [1, T, K]), options)[0]![0]!;
    assertClose([best.score], [scored[0]!.score], "score", 1e-9);
    assert.deepEqual(best.labels, scored[0]!.labels);
  });
  fc.assert(property);
});

test("greedy: the likeliest class of each step, merged, with the steps where labels begin", () => {
  // a a - a b b - : "aab"
  const path = [1, 1, 0, 1, 2, 2, 0];
  const x = Float64Array.from({ length: 7 * 3 }, (_, i) => (path[Math.floor(i / 3)] === i % 3 ? 2 : 0));
  const [got] = ctcGreedy(tensor(x, [1, 7, 3]));
  assert.deepEqual([got!.labels, got!.steps], [[1, 1, 2], [0, 3, 4]]); // prettier-ignore
  assertClose([got!.logProbability], [7 * (2 - Math.log(Math.exp(2) + 2))], "ln p", 1e-12);
});

test("a stream gives after each step what the steps so far give; masked steps are not there", () => {
  const [T, K] = [12, 4];
  const x = logitsOf(T, K, 7);
  const greedy = new CtcGreedyDecoder(K);
  const beam = new CtcBeamDecoder(K, 0, { beams: 8 });
  for (let t = 0; t < T; t++) {
    greedy.push(x.subarray(t * K, (t + 1) * K));
    beam.push(x.subarray(t * K, (t + 1) * K));
    const soFar = tensor(x.slice(0, (t + 1) * K), [1, t + 1, K]);
    assert.deepEqual(greedy.labels, ctcGreedy(soFar)[0]!.labels);
    assert.deepEqual(beam.best(3), ctcBeamSearch(soFar, { beams: 8, best: 3 })[0]);
    const mask = tensor(Int32Array.from({ length: T }, (_, i) => Number(i <= t)), [1, T]); // prettier-ignore
    assert.deepEqual(beam.best(3), ctcBeamSearch(tensor(x, [1, T, K]), { beams: 8, best: 3, mask })[0]);
  }
});

test("what cannot be is an error", () => {
  const x = tensor(new Float32Array(12), [1, 3, 4]);
  const rows: [RegExp, () => unknown][] = [
    [/ctcBeamSearch: beams must be a whole number of at least 1, got 0/, () => ctcBeamSearch(x, { beams: 0 })],
    [/ctcBeamSearch: blank must be a class of 0 to 3, or -4 to -1/, () => ctcBeamSearch(x, { blank: 4 })],
    [/ctcGreedy: expected logits \[B, T, K\], got \[12\]/, () => ctcGreedy(tensor(new Float32Array(12)))],
    [/ctcGreedy: expected a mask \[1, 3\], got \[2\]/, () => ctcGreedy(x, { mask: tensor([1, 1]) })],
    [/leastProbability must be/, () => ctcBeamSearch(x, { leastProbability: 2 })],
    [/languageModel must be a function/, () => ctcBeamSearch(x, { languageModel: 3 as never })],
  ];
  for (const [message, act] of rows) assert.throws(act, message);
});
