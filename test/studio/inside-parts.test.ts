/** Parts of the pages of a run that need no browser. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { signal } from "@preact/signals";
import fc from "fast-check";
import type { ForecastReply, LayerInfo, WeightInfo } from "../../src/studio/api/index.js";
import { errorsByOrigin, errorsByStep } from "../../src/studio/page/forecast/errors.js";
import { fromPcm, toPcm } from "../../src/studio/page/inside/input/pcm.js";
import { Latest } from "../../src/studio/page/inside/latest.js";
import { Playhead } from "../../src/studio/page/inside/playhead.js";
import { gatesOf } from "../../src/studio/page/model/gates.js";
import { layOut } from "../../src/studio/page/model/graph-layout.js";

describe("the playhead", () => {
  test("stays in the sample, and follows when the sample is another one", () => {
    const steps = signal(5);
    const head = new Playhead(steps);
    head.goTo(9);
    assert.equal(head.step.value, 4);
    head.goTo(-3);
    assert.equal(head.step.value, 0);
  });

  test("plays to the end and stops there; at the end it begins again", { timeout: 5000 }, async () => {
    const head = new Playhead(signal(3));
    head.pace.value = 20;
    head.goTo(2);
    const seen: number[] = [];
    head.step.subscribe((step) => seen.push(step));
    head.play();
    await new Promise<void>((resolve) => {
      const end = head.playing.subscribe((playing) => {
        if (playing) return;
        queueMicrotask(() => end());
        resolve();
      });
    });
    assert.deepEqual(seen, [2, 0, 1, 2]);
  });
});

test("of requests that come while one is on its way the last one alone is sent", async () => {
  const latest = new Latest();
  const sent: number[] = [];
  const gates: (() => void)[] = [];
  const send = (n: number) => latest.run(() => new Promise((resolve) => (sent.push(n), gates.push(resolve))));
  for (const n of [1, 2, 3, 4]) send(n);
  assert.deepEqual(sent, [1]);
  gates.shift()!();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, [1, 4]);
});

test("sound survives its way as 16-bit numbers, to half a step; louder than full is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { maxLength: 200 }), (samples) => {
      const back = fromPcm(toPcm(Float32Array.from(samples)));
      assert.equal(back.length, samples.length);
      samples.forEach((value, i) => assert.ok(Math.abs(back[i]! - value) < 1 / 16_000));
    }),
  );
  assert.ok(Math.abs(fromPcm(toPcm(Float32Array.of(7)))[0]! - 1) < 1e-4);
  assert.equal(Buffer.from(toPcm(Float32Array.of(0.5, -1)), "base64").readInt16LE(2), -32767);
});

const layer = (name: string, ...from: string[]): LayerInfo => {
  return { name, className: "Dense", shapes: [], parameters: 0, from, config: {}, weights: [] };
};

describe("the drawn network", () => {
  test("each layer stands below what it reads, inputs right above their first reader", () => {
    const layers = [layer("a"), layer("late"), layer("b", "a"), layer("c", "b"), layer("d", "c", "late", "a")];
    const { places, edges, rows } = layOut(layers);
    const row = Object.fromEntries(places.map((place) => [place.layer.name, place.row]));
    assert.deepEqual(row, { a: 0, late: 2, b: 1, c: 2, d: 3 });
    assert.equal(rows, 4);
    assert.equal(edges.length, 5);
    for (const { from, to, lanes } of edges) assert.equal(lanes.length, to.row - from.row - 1);
  });

  test("no line passes through a box, and boxes do not overlap", () => {
    const graph = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(graph, (reads) => {
        const layers = reads.map((from, i) => {
          const sources = new Set(i === 0 ? [] : from.map((n) => `l${n % i}`));
          return layer(`l${i}`, ...sources);
        });
        const { places, edges, width } = layOut(layers);
        for (const a of places) {
          assert.ok(a.x >= 0.5 - 1e-9 && a.x <= width - 0.5 + 1e-9);
          for (const b of places) if (a !== b && a.row === b.row) assert.ok(Math.abs(a.x - b.x) >= 1 - 1e-9);
        }
        for (const { from, lanes } of edges) {
          assert.ok(from.row >= 0);
          lanes.forEach((x, i) => {
            const beside = places.filter(({ row }) => row === from.row + 1 + i);
            for (const place of beside) assert.ok(Math.abs(place.x - x) >= 0.5);
          });
        }
      }),
    );
  });
});

test("columns of a recurrent kernel are named by their gates, other weights are not", () => {
  const weight = (name: string, ...shape: number[]): WeightInfo => {
    const histogram = { edges: [0, 1], counts: [1] };
    return { name, shape, mean: 0, deviation: 0, least: 0, greatest: 0, histogram };
  };
  const gru = [weight("g/cell/kernel", 4, 15), weight("g/cell/recurrentKernel", 5, 15), weight("g/cell/bias", 2, 15)];
  for (const one of gru) assert.deepEqual(gatesOf(one, gru), { names: ["keep", "reset", "candidate"], units: 5 });
  const lstm = [weight("l/cell/recurrentKernel", 5, 20)];
  assert.deepEqual(gatesOf(lstm[0]!, lstm)!.names, ["input", "forget", "candidate", "output"]);
  const rnn = [weight("r/cell/recurrentKernel", 5, 5), weight("dense/kernel", 5, 15)];
  for (const one of rnn) assert.equal(gatesOf(one, rnn), null);
});

test("errors of forecasts from the past: by moment, by step ahead, and without what has not come yet", () => {
  const origin = (truth: (number | null)[], network: number[], naive: number[]) => ({
    at: "2024-01-01",
    x: [1, 2],
    truth,
    forecasts: [
      { name: "network", y: network },
      { name: "last value", y: naive },
    ],
    bands: [],
  });
  const origins: NonNullable<ForecastReply["origins"]> = [
    origin([1, 2], [1, 4], [0, 0]),
    origin([3, null], [2, 9], [3, 3]),
  ];
  assert.deepEqual(errorsByOrigin(origins), {
    names: ["network", "last value"],
    rows: [
      [1, 1.5],
      [1, 0],
    ],
  });
  assert.deepEqual(errorsByStep(origins), {
    names: ["network", "last value"],
    rows: [
      [0.5, 2],
      [0.5, 2],
    ],
  });
});
