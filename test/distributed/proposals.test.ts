/** Which points are tried: repeatable, and for TPE better than chance. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { propose, trialCount, type Method, type Tried } from "../../src/distributed/search/proposals.js";
import { readDimension, type Point } from "../../src/distributed/search/space.js";

const read = (_name: string, text: string) => (Number.isNaN(Number(text)) ? text : Number(text));
const space = ["rate=log:1e-4..1e-1", "units=16,32,64", "drop=0..0.5", "extra=0.0..1.0?units=64"].map((text) => readDimension(text, read)); // prettier-ignore

/** Smallest at rate 3e-3, 64 units, drop 0.1, extra 0.7. */
function lossOf(point: Point): number {
  const { rate, units, drop, extra = 0 } = point as Record<string, number>;
  const far = Math.log(rate! / 3e-3) ** 2 + (units === 64 ? 3 * (extra - 0.7) ** 2 : 2) + 8 * (drop! - 0.1) ** 2;
  return far;
}

/** Rounds of `round` trials, as a sweep does them. */
function search(method: Method, seed: number, trials: number, round = 4): Tried[] {
  const tried: Tried[] = [];
  while (tried.length < trials) {
    const points = propose(method, space, seed, tried, tried.length, Math.min(round, trials - tried.length));
    tried.push(...points.map((point) => ({ point, value: lossOf(point) })));
  }
  return tried;
}

const bestOf = (tried: readonly Tried[]) => Math.min(...tried.map(({ value }) => value!));
const median = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

test("random trials depend on the seed and their number alone, however many are asked for at once", () => {
  assert.deepEqual(search("random", 3, 12, 1), search("random", 3, 12, 12));
  assert.notDeepEqual(search("random", 3, 12), search("random", 4, 12));
});

test("TPE goes away from where trials fail, and tells equal values apart by what was learnt", () => {
  const rate = [readDimension("rate=0.0..1.0", () => 0)];
  const go = (score: (rate: number) => { value: number | null; learnt?: number }) =>
    Array.from({ length: 5 }, (_, seed) => {
      const tried: Tried[] = [];
      for (let first = 0; first < 60; first += 4) {
        const points = propose("tpe", rate, seed, tried, first, 4);
        tried.push(...points.map((point) => ({ point, ...score(point["rate"] as number) })));
      }
      return tried.slice(20).map(({ point }) => point["rate"] as number);
    }).flat();
  // Three quarters diverge, and nothing tells the others apart.
  const kept = go((r) => ({ value: r > 0.25 ? null : 1 }));
  const share = kept.filter((r) => r <= 0.25).length / kept.length;
  assert.ok(share > 0.6, `${share} of the trials where nothing fails`);
  const near = go((r) => ({ value: 1, learnt: Math.abs(r - 0.8) }));
  const close = near.filter((r) => Math.abs(r - 0.8) < 0.1).length / near.length;
  assert.ok(close > 0.4, `${close} of the trials in the best fifth`);
});

test("TPE repeats itself, and begins at random, as long as no trial has a value", () => {
  assert.deepEqual(search("tpe", 3, 30), search("tpe", 3, 30));
  assert.deepEqual(search("tpe", 3, 8), search("random", 3, 8));
  const failed = search("tpe", 3, 20).map(({ point }) => ({ point, value: null }));
  assert.deepEqual(propose("tpe", space, 3, failed, 20, 2), propose("random", space, 3, [], 20, 2));
});

test("TPE finds a better point than as many random trials, in the median over seeds, and proposes near it", () => {
  const seeds = Array.from({ length: 15 }, (_, s) => s);
  const [random, tpe] = (["random", "tpe"] as const).map((method) => median(seeds.map((s) => bestOf(search(method, s, 60))))); // prettier-ignore
  assert.ok(tpe! < 0.8 * random!, `TPE ${tpe}, random ${random}`);
  const late = seeds.flatMap((s) => search("tpe", s, 60).slice(40));
  const share = late.filter(({ point }) => point["units"] === 64).length / late.length;
  assert.ok(share > 0.5, `64 units in ${share} of the later trials`);
});

test("a grid is gone through in its order and ends", () => {
  const grid = ["units=16,32", "layers=1..2"].map((text) => readDimension(text, read));
  assert.equal(trialCount("grid", grid, 40), 4);
  assert.equal(trialCount("grid", grid, 3), 3);
  assert.deepEqual(propose("grid", grid, 1, [], 2, 2), [{ units: 32, layers: 1 }, { units: 32, layers: 2 }]); // prettier-ignore
});

const distinct = (tried: readonly Tried[]) => new Set(tried.map(({ point }) => JSON.stringify(point))).size;

test("points of a finite space are tried once, all of them, whatever the method and the size of a round", () => {
  const finite = ["cell=gru,lstm", "units=2,4,8", "layers=1..3", "drop=0.1,0.2?cell=gru"].map((text) => readDimension(text, read)); // prettier-ignore
  const good: Point = { cell: "lstm", units: 8, layers: 3 };
  const far = (point: Point) => Object.keys(good).filter((name) => point[name] !== good[name]).length;
  const late = (["random", "tpe"] as const).map((method) => {
    assert.deepEqual([trialCount(method, finite, 100), trialCount(method, finite, 12)], [27, 12]);
    return Array.from({ length: 10 }, (_, seed) => {
      const tried: Tried[] = [];
      for (let first = 0; first < 27; first += 4) {
        const points = propose(method, finite, seed, tried, first, Math.min(4, 27 - first));
        tried.push(...points.map((point) => ({ point, value: far(point) })));
      }
      assert.equal(distinct(tried), 27, method);
      return tried.slice(18).filter(({ value }) => value! <= 1).length;
    }).reduce((sum, count) => sum + count);
  });
  // Of what is left TPE takes the better first: the last third has few of the seven points that lack at most one thing.
  assert.ok(late[1]! < 0.4 * late[0]!, `among the last: random ${late[0]}, TPE ${late[1]}`);
});

test("where a space has continuous dimensions, exact repeats are drawn again", () => {
  // All lstm are one point, which is the best.
  const mixed = ["cell=gru,lstm", "drop=0..0.5?cell=gru"].map((text) => readDimension(text, read));
  assert.equal(trialCount("tpe", mixed, 40), 40);
  for (const method of ["random", "tpe"] as const) {
    const tried: Tried[] = [];
    for (let first = 0; first < 40; first += 4) {
      const points = propose(method, mixed, 5, tried, first, 4);
      tried.push(...points.map((point) => ({ point, value: point["cell"] === "lstm" ? 0 : 1 + (point["drop"] as number) }))); // prettier-ignore
    }
    assert.equal(distinct(tried), 40, method);
  }
  assert.deepEqual(
    propose("random", mixed, 5, propose("random", mixed, 5, [], 0, 4).map((point) => ({ point, value: undefined })), 4, 4),
    propose("random", mixed, 5, [], 0, 8).slice(4),
  ); // prettier-ignore
});
