/** From probabilities to decisions: averages, thresholds, rests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Decider, type Decision, type DecisionOptions } from "../../src/streaming/index.js";

const LABELS = ["nothing", "yes", "no"];

/** Frames of 0.1 s: by frame, the probability of "yes" (the rest is nothing's), or all three. */
function decided(frames: readonly (number | number[])[], options: DecisionOptions): string[] {
  const decider = new Decider(LABELS, 0.1, "nothing", options);
  const seen: Decision[] = [];
  for (const p of frames) decider.step(typeof p === "number" ? [1 - p, p, 0] : p, (d) => seen.push(d));
  decider.end((d) => seen.push(d));
  return seen.map(
    ({ kind, label, time, confidence }) => `${kind} ${label} ${time.toFixed(1)} ${confidence.toFixed(2)}`,
  );
}
const PLAIN = { smooth: 0.1, on: 0.6, off: 0.4, rest: 0, least: 0 };

test("a class goes on above one threshold and off below another one", () => {
  const wave = [0, 0.5, 0.7, 0.5, 0.9, 0.45, 0.3, 0.5, 0.1];
  assert.deepEqual(decided(wave, PLAIN), ["on yes 0.3 0.70", "off yes 0.7 0.90"]);
  assert.deepEqual(decided(wave, { ...PLAIN, off: 0.6 }), ["on yes 0.3 0.70", "off yes 0.4 0.70", "on yes 0.5 0.90", "off yes 0.6 0.90"]); // prettier-ignore
});

test("probabilities are averaged over the last frames, at the beginning over those that there are", () => {
  assert.deepEqual(decided([0, 1, 0, 0, 0], { ...PLAIN, smooth: 0.3 }), []);
  assert.deepEqual(decided([0, 1, 1, 1, 0, 0, 0], { ...PLAIN, smooth: 0.3 }), ["on yes 0.3 0.67", "off yes 0.6 1.00"]);
  assert.deepEqual(decided([1, 1], { ...PLAIN, smooth: 1 })[0], "on yes 0.1 1.00");
});

test("nothing is decided of the background, and the end of the stream turns off what is on", () => {
  assert.deepEqual(decided([0, 0, 0], PLAIN), []);
  assert.deepEqual(decided([0, 0.9, 0.9], PLAIN), ["on yes 0.2 0.90", "off yes 0.3 0.90"]);
});

test("another class that is stronger takes over at once", () => {
  const frames = [[0.1, 0.9, 0], [0, 0.45, 0.55], [0, 0.4, 0.6]]; // prettier-ignore
  assert.deepEqual(decided(frames, PLAIN), [
    "on yes 0.1 0.90",
    "off yes 0.3 0.90",
    "on no 0.3 0.60",
    "off no 0.3 0.60",
  ]);
});

test("a class rests after it went off, and must last before it counts", () => {
  const beat = [0.9, 0.1, 0.9, 0.1, 0.9];
  assert.equal(decided(beat, PLAIN).filter((d) => d.startsWith("on")).length, 3);
  assert.deepEqual(decided(beat, { ...PLAIN, rest: 0.25 }).filter((d) => d.startsWith("on")), ["on yes 0.1 0.90", "on yes 0.5 0.90"]); // prettier-ignore
  assert.deepEqual(decided([0.9, 0, 0.9, 0.9, 0.9], { ...PLAIN, least: 0.3 })[0], "on yes 0.5 0.90");
});

test("on and off take turns, whatever comes; the averages never drift from the frames they are of", () => {
  const frame = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
  const property = fc.property(fc.array(frame, { maxLength: 400 }), fc.integer({ min: 1, max: 9 }), (frames, width) => {
    const decider = new Decider(LABELS, 0.1, "nothing", { smooth: width / 10 });
    let on: string | null = null;
    const check = ({ kind, label }: Decision) => {
      assert.equal(on, kind === "on" ? null : label);
      on = kind === "on" ? label : null;
    };
    const rows = frames.map(([a, b]) => [(1 - a) * b, (1 - a) * (1 - b), a]);
    for (const [t, row] of rows.entries()) {
      decider.step(row, check);
      const last = rows.slice(Math.max(0, t + 1 - width), t + 1);
      for (const k of [0, 1, 2]) {
        const mean = last.reduce((sum, p) => sum + p[k]!, 0) / last.length;
        assert.ok(Math.abs(decider.smoothed[k]! - mean) < 1e-12);
      }
      assert.equal(decider.active, on);
    }
    decider.end(check);
    assert.equal(on, null);
  });
  fc.assert(property, { numRuns: 100 });
});

test("wrong options and probabilities are named", () => {
  assert.throws(
    () => new Decider(LABELS, 0.1, "no such", {}),
    /background must be one of nothing, yes, no, got "no such"/,
  );
  assert.throws(() => new Decider(LABELS, 0, null), /a frame must last longer than 0 s, got 0/);
  assert.throws(
    () => new Decider(LABELS, 0.1, null, { on: 0.3, off: 0.5 }),
    /off must not be above on, got off 0.5 and on 0.3/,
  );
  assert.throws(() => new Decider(LABELS, 0.1, null, { of: 1 } as never), /"of"/);
  const decider = new Decider(LABELS, 0.1, null);
  assert.throws(() => decider.step([1, 0], () => 0), /expected 3 probabilities \(nothing, yes, no\), got 2/);
  assert.throws(() => decider.step([1, NaN, 0], () => 0), /the probability of yes is NaN/);
});
