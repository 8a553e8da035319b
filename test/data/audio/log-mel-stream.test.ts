/** Chunks of any size give the frames of the whole clip, bit for bit. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { logMel, logMelStream, type LogMelOptions } from "../../../src/data/audio/index.js";
import { signal } from "./oracle.js";

const options: LogMelOptions = { sampleRate: 8000, bands: 12 };

function streamed(given: LogMelOptions, chunks: readonly Float32Array[]): number[] {
  const stream = logMelStream(given);
  const values: number[] = [];
  const keep = (bands: Float32Array, t: number) => {
    assert.equal(t * stream.size, values.length);
    values.push(...bands);
  };
  for (const chunk of chunks) stream.push(chunk, keep);
  stream.end(keep);
  return values;
}

function cut(x: Float32Array, sizes: readonly number[]): Float32Array[] {
  const chunks: Float32Array[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(x.subarray(at, at + size));
    at += size;
  }
  return [...chunks, x.subarray(at)];
}

describe("logMelStream", () => {
  const cases: [string, LogMelOptions][] = [
    ["frames that overlap", options],
    ["frames with gaps between them", { ...options, hop: 0.04 }],
    ["frames beside each other", { ...options, hop: 0.025 }],
    ["centred frames", { ...options, center: true, nFft: 512 }],
  ];
  for (const [name, given] of cases) {
    test(`${name}: any cut of the signal gives the whole clip's frames`, () => {
      const whole = [...logMel(given).transform(signal()).data];
      fc.assert(
        fc.property(fc.array(fc.nat(400), { maxLength: 20 }), (sizes) => {
          assert.deepEqual(streamed(given, cut(signal(), sizes)), whole);
        }),
        { numRuns: 30, seed: 1 },
      );
      assert.deepEqual(
        streamed(
          given,
          [...signal()].map((v) => Float32Array.of(v)),
        ),
        whole,
      );
    });
  }

  test("push says how many frames came, and after the end another signal may begin", () => {
    const stream = logMelStream(options);
    const seen: number[] = [];
    const note = (_: Float32Array, t: number) => void seen.push(t);
    assert.deepEqual([stream.push(new Float32Array(199), note), stream.push(new Float32Array(81), note)], [0, 2]);
    assert.equal(stream.end(note), 0);
    assert.equal(stream.push(new Float32Array(200), note), 1);
    assert.deepEqual(seen, [0, 1, 0]);
  });

  test("frames come in one array that is used again", () => {
    const arrays = new Set<Float32Array>();
    logMelStream(options).push(signal(), (bands) => arrays.add(bands));
    assert.equal(arrays.size, 1);
  });

  test("what needs the whole clip is refused", () => {
    assert.throws(() => logMelStream({ ...options, normalize: "clip" }), /needs the whole clip/);
    assert.throws(() => logMelStream({ ...options, center: true, padding: "reflect" }), /have not come yet/);
    assert.throws(() => logMelStream(options).push(Float32Array.of(0, Infinity), () => {}), /sample 1 is not a finite/);
  });
});
