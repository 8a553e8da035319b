/** Rungs, promotions and importance, against the papers and scipy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { jobCount, promoted, rungsOf } from "../../src/distributed/search/halving.js";
import { epsilonSquared, importanceOf } from "../../src/distributed/search/importance.js";
import { asynchronous, synchronous, type Course } from "../../src/distributed/search/schedule.js";
import { readDimension } from "../../src/distributed/search/space.js";

test("rungs are thirds of all epochs, as in Hyperband's table for R = 81, and no more than trials and epochs allow", () => {
  assert.deepEqual(rungsOf(81, 81, 10), [1, 3, 9, 27, 81]);
  assert.equal(jobCount(81, rungsOf(81, 81, 10)), 81 + 27 + 9 + 3 + 1);
  assert.deepEqual(rungsOf(100, 54, 4), [4, 11, 33, 100]);
  assert.deepEqual(rungsOf(100, 9, 4), [11, 33, 100]);
  assert.deepEqual(rungsOf(100, 2, 4), [100]);
  assert.deepEqual(rungsOf(1, 40, 4), [1]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 300 }), (epochs, trials) => {
      const rungs = rungsOf(epochs, trials, 6);
      assert.equal(rungs.at(-1), epochs);
      assert.ok(rungs[0]! >= 1 && rungs.every((r, i) => i === 0 || r > rungs[i - 1]!), rungs.join());
    }),
  );
});

test("a third goes on, at least one; of equal ones that which learnt more, or the earlier; none without a value", () => {
  const learnt = [0.3, 0.1, 0.2, null, 0.1, 0.9, 0.9].map((one, trial) => ({ trial, value: 1, learnt: one }));
  assert.deepEqual(promoted(learnt).map(({ trial }) => trial), [1, 4]); // prettier-ignore
  const rung = [3, null, 1, 2, 1, 5, 6].map((value, trial) => ({ trial, value }));
  assert.deepEqual(promoted(rung).map(({ trial }) => trial), [2, 4]); // prettier-ignore
  assert.deepEqual(promoted([{ trial: 0, value: 9 }]).length, 1);
  assert.deepEqual(promoted([{ trial: 0, value: null }, { trial: 1, value: null }, { trial: 2, value: null }]), []); // prettier-ignore
});

/** A course whose trial t has the value t at every rung, and takes as long as `ms` says. */
function course(more: Partial<Course>, ms: (trial: number) => number = () => 0) {
  const jobs: string[] = [];
  let [running, most] = [0, 0];
  const own: Course = {
    method: "random",
    trials: 9,
    rungs: 3,
    slots: 2,
    propose: () => undefined,
    async run(trial, rung) {
      jobs.push(`${trial}/${rung}`);
      most = Math.max(most, ++running);
      await new Promise((done) => setTimeout(done, ms(trial)));
      running--;
      return { value: trial };
    },
    known: () => undefined,
    ...more,
  };
  return { own, jobs, most: () => most };
}

test("synchronous: the best of each rung go on when all of it is known, and nothing begins when the time is over", async () => {
  const { own, jobs } = course({}, (trial) => (9 - trial) % 4);
  await synchronous(own);
  assert.deepEqual(jobs.slice(9), ["0/1", "1/1", "2/1", "0/2"]);
  const proposed: number[][] = [];
  const tpe = course({ method: "tpe", trials: 10, propose: (first, count) => void proposed.push([first, count]) });
  await synchronous(tpe.own);
  assert.deepEqual(proposed, [[0, 4], [4, 4], [8, 2]]); // prettier-ignore
  const late = course({ run: (trial) => Promise.resolve(trial < 5 ? { value: trial } : undefined) });
  await synchronous(late.own);
  await assert.rejects(synchronous(course({ run: () => Promise.reject(new Error("stopped")) }).own), /stopped/);
});

test("asynchronous: workers are never idle, each trial goes up once, and it ends", async () => {
  const { own, jobs, most } = course({ slots: 3 }, (trial) => (trial % 3) * 3);
  await asynchronous(own);
  assert.equal(new Set(jobs).size, jobs.length);
  assert.equal(jobs.filter((job) => job.endsWith("/0")).length, 9);
  assert.ok(jobs.includes("0/1") && jobs.includes("0/2"), jobs.join());
  assert.equal(most(), 3);
  await assert.rejects(asynchronous(course({ run: () => Promise.reject(new Error("stopped")) }).own), /stopped/);
});

test("asynchronous: what is known from before is taken as it is, and goes up by what all of it says", async () => {
  const known = new Map([["0/0", 5], ["1/0", 4], ["2/0", 9], ["3/0", 1], ["4/0", 2], ["5/0", 8], ["0/1", 5], ["1/1", 4], ["3/1", 1]]); // prettier-ignore
  const asked: string[] = [];
  const { own } = course({
    slots: 1,
    known: (trial, rung) => {
      const value = known.get(`${trial}/${rung}`);
      return value === undefined ? undefined : { value };
    },
    run: async (trial, rung) => (asked.push(`${trial}/${rung}`), { value: known.get(`${trial}/0`) ?? 7 }),
  });
  await asynchronous(own);
  assert.equal(asked[0], "3/2", "three are known at the second rung, of which one goes up");
  assert.ok(
    asked.every((job) => !known.has(job)),
    asked.join(),
  );
  assert.deepEqual(asked.filter((job) => job.endsWith("/0")), ["6/0", "7/0", "8/0"]); // prettier-ignore
});

test("importance: η² of scipy's ANOVA, corrected for the number of groups; ranks; what cannot be told is null", () => {
  // scipy 1.x: f_oneway([6, 8, 4, 5, 3, 4], [8, 12, 9, 11, 6, 8], [13, 9, 11, 8, 7, 12]) gives F = 9.264705882352942; η² = 2F / (2F + 15).
  const values = [6, 8, 4, 5, 3, 4, 8, 12, 9, 11, 6, 8, 13, 9, 11, 8, 7, 12];
  const groups = values.map((_, i) => Math.floor(i / 6));
  const F = 9.264705882352942;
  const eta = (2 * F) / (2 * F + 15);
  assert.ok(Math.abs(epsilonSquared(groups, values)! - (1 - (17 / 15) * (1 - eta))) < 1e-12);
  assert.equal(epsilonSquared([0, 0, 0], [1, 2, 3]), null);
  assert.equal(epsilonSquared([0, 1, 2], [1, 2, 3]), null);
  assert.equal(epsilonSquared([0, 0, 1, 1], [5, 5, 5, 5]), 0);
  const space = ["units=16,32", "rate=log:1e-4..1e-1", "drop=0..0.5"].map((text) => readDimension(text, (_, value) => Number(value))); // prettier-ignore
  const tried = Array.from({ length: 24 }, (_, i) => ({
    point: { units: i % 2 === 0 ? 16 : 32, rate: 10 ** (-4 + i / 8), drop: ((i * 7) % 24) / 48 },
    value: i === 3 ? 1e9 : 10 ** (i / 8), // one that diverged
  }));
  const [first, ...rest] = importanceOf(space, tried);
  assert.equal(first!.name, "rate");
  assert.ok(first!.share! > 0.5 && rest.every(({ share }) => share! < 0.2), JSON.stringify([first, ...rest]));
  // Of few trials nothing is told, nor of many that are the same few again.
  assert.deepEqual(importanceOf(space, tried.slice(0, 19)).map(({ share }) => share), [null, null, null]); // prettier-ignore
  const same = Array.from({ length: 24 }, (_, i) => tried[i % 6]!);
  assert.deepEqual(importanceOf(space, same).map(({ share }) => share), [null, null, null]); // prettier-ignore
  assert.ok(importanceOf(space, tried.slice(0, 20)).every(({ share }) => share !== null));
  // Six values need four trials each.
  const six = [readDimension("a=1,2,3,4,5,6", (_, value) => Number(value))];
  const few = (n: number) => importanceOf(six, Array.from({ length: n }, (_, i) => ({ point: { a: 1 + (i % 6), b: i }, value: i % 6 }))); // prettier-ignore
  assert.deepEqual([few(23)[0]!.share, few(24)[0]!.share], [null, 1]);
  assert.deepEqual(importanceOf(space, tried.slice(0, 1)).map(({ share }) => share), [null, null, null]); // prettier-ignore
});
