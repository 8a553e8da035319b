/** Beam search against all sequences there are, and what a trained model writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeSequences,
  input,
  layers,
  loadModel,
  model,
  Random,
  seq2seq,
  teacherForcing,
  tensor,
} from "../../src/index.js";
import { beamSearch, type BeamModel, type BeamOptions } from "../../src/model/decode/beam-search.js";

const [START, END, V, LONGEST] = [1, 2, 5, 4];

/** Logits that depend on all tokens so far, drawn from the seed, and attention to two steps of the source. */
function toyLogits(seed: number, prefix: readonly number[]): { logits: number[]; attention: number[] } {
  const random = new Random(prefix.reduce((hash, token) => (hash * 31 + token) % 100_003, seed + 7));
  const logits = Array.from({ length: V }, () => 4 * random.uniform());
  const a = random.uniform();
  return { logits, attention: [a, 1 - a] };
}

/** The toy as the search calls it; it keeps the tokens of each row as its state. */
function toyModel(seeds: readonly number[], K: number): BeamModel {
  let prefixes: number[][] = Array.from({ length: seeds.length * K }, () => []);
  return (tokens, from) => {
    prefixes = Array.from(tokens, (token, row) => [...prefixes[from[row]!]!, token]);
    const said = prefixes.map((prefix, row) => toyLogits(seeds[Math.floor(row / K)]!, prefix));
    return {
      logits: Float64Array.from(said.flatMap((s) => s.logits)),
      attention: Float64Array.from(said.flatMap((s) => s.attention)),
    };
  };
}

interface Written {
  ids: number[];
  logProbability: number;
  coverage: number[];
}

/** Every sequence that ends within LONGEST tokens. */
function allSequences(seed: number): Written[] {
  const done: Written[] = [];
  const go = (prefix: number[], logProbability: number, coverage: number[]) => {
    const { logits, attention } = toyLogits(seed, [START, ...prefix]);
    const whole = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
    const covered = coverage.map((c, s) => c + attention[s]!);
    for (let token = 1; token < V; token++) {
      const p = logProbability + logits[token]! - whole;
      if (token === END) done.push({ ids: prefix, logProbability: p, coverage: covered });
      else if (prefix.length + 1 < LONGEST) go([...prefix, token], p, covered);
    }
  };
  go([], 0, [0, 0]);
  return done;
}

const optionsOf = (changes: Partial<BeamOptions>): BeamOptions => ({
  count: 1, vocabularySize: V, start: START, end: END, banned: [], beamWidth: 1, lengthPenalty: 0, coveragePenalty: 0,
  maxLength: () => LONGEST, sourceLength: () => 2, ...changes,
}); // prettier-ignore

test("a beam as wide as the tree finds the best sequences by GNMT's equation 14", () => {
  const property = (seeds: number[], alpha: number, beta: number) => {
    const K = 64; // 3 ways to go on, 3 times
    const found = beamSearch(toyModel(seeds, K), optionsOf({ count: seeds.length, beamWidth: K, lengthPenalty: alpha, coveragePenalty: beta })); // prettier-ignore
    for (const [i, seed] of seeds.entries()) {
      const scored = allSequences(seed).map(({ ids, logProbability, coverage }) => {
        const length = ids.length + 1;
        const cover = coverage.reduce((sum, c) => sum + Math.log(Math.min(c, 1)), 0);
        return { ids, score: logProbability / ((5 + length) ** alpha / (5 + 1) ** alpha) + beta * cover };
      });
      const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
      assert.deepEqual(found[i]![0]!.ids, best.ids);
      assert.ok(Math.abs(found[i]![0]!.score - best.score) < 1e-6);
      assert.ok(found[i]!.every((h) => h.finished));
    }
  };
  const alpha = fc.double({ min: 0, max: 2, noNaN: true });
  fc.assert(fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 3 }), alpha, fc.double({ min: 0, max: 1, noNaN: true }), property), { numRuns: 60 }); // prettier-ignore
});

test("a beam of 1 takes the likeliest token at each step", () => {
  for (let seed = 0; seed < 50; seed++) {
    const ids: number[] = [];
    let finished = false;
    while (ids.length < LONGEST && !finished) {
      const { logits } = toyLogits(seed, [START, ...ids]);
      const best = logits.indexOf(Math.max(...logits.slice(1)), 1);
      finished = best === END;
      if (!finished) ids.push(best);
    }
    const h = beamSearch(toyModel([seed], 1), optionsOf({}))[0]![0]!;
    assert.deepEqual({ ids: h.ids, finished: h.finished }, { ids, finished });
    assert.equal(h.attention.length, ids.length + (finished ? 1 : 0));
  }
}); // prettier-ignore

test("a wider beam never finds a worse first hypothesis than the tree's best, and lists are sorted", () => {
  for (let seed = 0; seed < 30; seed++) {
    const [list] = beamSearch(toyModel([seed], 3), optionsOf({ beamWidth: 3 }));
    assert.ok(list!.length <= 3);
    for (let i = 1; i < list!.length; i++) assert.ok(list![i]!.score <= list![i - 1]!.score);
    const best = Math.max(...allSequences(seed).map((s) => s.logProbability));
    assert.ok(list![0]!.score <= best + 1e-6);
  }
});

test("banned tokens are never written", () => {
  for (let seed = 0; seed < 20; seed++) {
    for (const { ids } of beamSearch(toyModel([seed], 4), optionsOf({ beamWidth: 4, banned: [3] }))[0]!)
      assert.ok(!ids.includes(3));
  }
});

test("teacherForcing puts the beginning before and the end after", () => {
  const forced = teacherForcing([[5, 6], [7]], { start: START, end: END }); // prettier-ignore
  assert.deepEqual(forced.input.toArray(), [[1, 5, 6], [1, 7, 0]]); // prettier-ignore
  assert.deepEqual(forced.next.toArray(), [[5, 6, 2], [7, 2, 0]]); // prettier-ignore
  assert.equal(forced.input.dtype, "int32");
  assert.throws(() => teacherForcing([[5, 0]], { start: 1, end: 2 }), /tokens must be whole numbers of at least 1, got 0 at \[0, 1\]/);
  assert.throws(() => teacherForcing([], { start: 1, end: 2 }), /at least one sequence/);
}); // prettier-ignore

/** Sequences of 3 to 6 tokens and the same turned round. */
function reversals(n: number, seed: number) {
  const random = new Random(seed);
  const sources = Array.from({ length: n }, () =>
    Array.from({ length: 3 + random.below(4) }, () => 3 + random.below(7)),
  );
  const width = Math.max(...sources.map((x) => x.length));
  const padded = tensor(sources.map((x) => [...x, ...new Array<number>(width - x.length).fill(0)]), undefined, "int32"); // prettier-ignore
  return { padded, lengths: sources.map((x) => x.length), targets: sources.map((x) => x.toReversed()) };
}

for (const changes of [{}, { attendFirst: true, attention: "additive", samplingProbability: 0.2, samplingSteps: 20 }] as const) {
  test(`a model learns to turn sequences round and attends from the end: ${JSON.stringify(changes)}`, async () => {
    const m = seq2seq({ source: { vocabularySize: 10 }, target: { vocabularySize: 10, embeddingSize: 8 }, units: 24, seed: 2, ...changes });
    m.compile({ optimizer: { className: "adam", config: { learningRate: 0.015 } }, loss: { className: "sparseCategoricalCrossentropy", config: { fromLogits: true } } });
    const train = reversals(1200, 1);
    const { input: target, next } = teacherForcing(train.targets, { start: START, end: END });
    await m.fit({ source: train.padded, target }, next, { epochs: 8, batchSize: 64, verbose: 0 });
    const test = reversals(60, 2);
    const options = { start: START, end: END, beamWidth: 3, batchSize: 25 };
    const said = await decodeSequences(m, test.padded, options);
    const right = said.filter(([h], i) => h!.ids.join() === test.targets[i]!.join()).length;
    assert.ok(right >= 54, `${right} of 60 are right`);
    for (const [i, [h]] of said.entries()) {
      assert.equal(h!.attention[0]!.length, test.lengths[i]!, "the attention has a column for each step of the source");
      for (const row of h!.attention) assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-4);
    }
    const loaded = await loadModel(m.toBytes());
    const again = await decodeSequences(loaded, test.padded, options);
    assert.deepEqual(again, said, "a model from its file writes the same");
    const one = await decodeSequences(m, { source: test.padded }, { ...options, batchSize: 1 });
    assert.deepEqual(one.map(([h]) => h!.ids), said.map(([h]) => h!.ids), "alone as in a batch"); // prettier-ignore
  });
} // prettier-ignore

test("what cannot be decoded is named", async () => {
  const side = { vocabularySize: 6 };
  const m = seq2seq({ source: side, target: side, units: 4 });
  const x = tensor([[3, 4]], undefined, "int32");
  const decode = (changes: object) => decodeSequences(m, x, { start: 1, end: 2, ...changes });
  await assert.rejects(decode({ beamWidth: 0 }), /decodeSequences: beamWidth/);
  await assert.rejects(decode({ end: 6 }), /end must be a token from 1 to 5, got 6/);
  await assert.rejects(decode({ lengthPenalty: -1 }), /lengthPenalty/);
  await assert.rejects(decode({ width: 2 }), /unknown option/);
  const plain = input({ shape: [null, 2] });
  const other = model({ inputs: plain, outputs: layers.gru({ units: 2 }).apply(plain) });
  await assert.rejects(decodeSequences(other, [[[1, 2]]], { start: 1, end: 2 }), /output must be that of an attentionDecoder, got GRU/);
  assert.throws(() => seq2seq({ source: side, target: side, depth: 0 }), /seq2seq: depth/);
  assert.throws(() => seq2seq({ source: side } as never), /seq2seq: target must be \{ vocabularySize \}/);
}); // prettier-ignore
