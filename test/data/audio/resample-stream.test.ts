/** The streaming change of rate is the whole one, bit for bit, for any chunks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { resample, resampleStream } from "sluice/data";
import { Random } from "../../../src/util/random.js";

const rates = fc.constantFrom([48000, 8000], [44100, 16000], [8000, 16000], [16000, 16000], [22050, 8000]);

test("chunks of any size give what the whole signal gives, bit for bit", () => {
  const chunks = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 12 });
  const property = fc.property(rates, chunks, fc.nat(), ([from, to], sizes, seed) => {
    const random = new Random(seed);
    const signal = Float32Array.from({ length: sizes.reduce((a, b) => a + b, 0) }, () => 2 * random.uniform() - 1);
    const stream = resampleStream(from!, to!);
    const out: number[] = [];
    let at = 0;
    for (const size of sizes) out.push(...stream.push(signal.subarray(at, (at += size))));
    out.push(...stream.end());
    assert.deepEqual(Float32Array.from(out), resample(signal, from!, to!));
  });
  fc.assert(property, { numRuns: 60 });
});

test("an output comes as soon as the samples that it looks at are there", () => {
  const stream = resampleStream(48000, 8000);
  assert.equal(stream.delay, 384); // 8 ms
  assert.equal(stream.push(new Float32Array(384)).length, 0);
  assert.equal(stream.push(new Float32Array(1)).length, 1);
  assert.equal(stream.push(new Float32Array(6)).length, 1);
});

test("a stream that has ended begins anew", () => {
  const signal = Float32Array.from({ length: 999 }, (_, t) => Math.sin(t / 7));
  const stream = resampleStream(48000, 16000);
  const once = () => [...stream.push(signal).slice(), ...stream.end()];
  assert.deepEqual(once(), once());
});

test("wrong rates and samples are named", () => {
  assert.throws(
    () => resampleStream(0, 8000),
    /resampleStream: from must be a positive whole number|resampleStream: from/,
  );
  assert.throws(() => resampleStream(8000, 8000).push([1] as never), /expected a Float32Array of samples, got \[1\]/);
});
