/** Cepstral coefficients and their slopes against scipy and librosa; spectrograms; what is saved comes back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { logMel, mfcc, powerSpectrogram, reviveAudio } from "../../../src/data/audio/index.js";
import { largestDifference } from "../../support/data.js";
import { oracle, signal } from "./oracle.js";

const { sampleRate } = oracle;

describe("mfcc", () => {
  test("is the orthonormal DCT-II of the log-mel bands, as scipy's", () => {
    const y = mfcc({ sampleRate, nFft: 512 }).transform(signal());
    assert.deepEqual(y.shape, [12, 13]);
    assert.ok(largestDifference(y.data, oracle.mfcc) < 1e-5);
  });

  test("with a lifter, slopes and slopes of slopes, as HTK's and librosa's", () => {
    const step = mfcc({ sampleRate, nFft: 512, coefficients: 5, lifter: 22, deltas: 2 });
    const y = step.transform(signal());
    assert.deepEqual([y.shape, step.size], [[12, 15], 15]);
    assert.ok(largestDifference(y.data, oracle.liftered) < 1e-4);
  });

  test("normalized by clip, every column has mean 0 and deviation 1", () => {
    const { data } = mfcc({ sampleRate, deltas: 1, normalize: "clip" }).transform(signal());
    for (let j = 0; j < 26; j++) {
      const column = data.filter((_, i) => i % 26 === j) as Float32Array;
      const mean = column.reduce((a, b) => a + b, 0) / 12;
      const square = column.reduce((a, b) => a + b * b, 0) / 12;
      assert.ok(Math.abs(mean) < 1e-6 && Math.abs(square - 1) < 1e-5, `column ${j}: ${mean}, ${square}`);
    }
  });

  test("options that cannot be", () => {
    assert.throws(() => mfcc({ sampleRate, coefficients: 41 }), /coefficients must be a number from 1 to 40, got 41/);
    assert.throws(() => mfcc({ sampleRate, deltas: 3 as never }), /deltas must be 0, 1 or 2/);
    assert.throws(() => mfcc({ sampleRate, deltaWidth: 0 }), /deltaWidth/);
    assert.throws(() => mfcc({ sampleRate, lifter: -1 }), /lifter/);
  });
});

test("powerSpectrogram: a tone stands in its bin, with the power of the window", () => {
  const tone = Float32Array.from({ length: 1024 }, (_, n) => Math.cos((2 * Math.PI * 20 * n) / 256));
  const step = powerSpectrogram({ sampleRate: 256, frame: 1, hop: 0.5 });
  const { shape, data } = step.transform(tone);
  assert.deepEqual([shape, step.size], [[7, 129], 129]);
  // Hann's window sums to N/2, half of which goes to each of the two frequencies of a cosine; its neighbours get half of that.
  for (let t = 0; t < 7; t++) {
    const wanted = Array.from({ length: 129 }, (_, k) => [64, 32][Math.abs(k - 20)] ?? 0).map((v) => v * v);
    assert.ok(largestDifference(data.subarray(t * 129, (t + 1) * 129), wanted) < 0.01);
  }
});

describe("reviveAudio", () => {
  const steps = [
    logMel({ sampleRate, log: "db", normalize: "clip", center: true, padding: "reflect" }),
    mfcc({ sampleRate, bands: 20, low: 50, lifter: 22, deltas: 1 }),
    powerSpectrogram({ sampleRate, frame: 0.02, window: "hamming" }),
  ];
  for (const step of steps) {
    test(`${step.className} through JSON computes the same`, () => {
      const saved = JSON.parse(JSON.stringify(step)) as unknown;
      const revived = reviveAudio(saved);
      assert.deepEqual(JSON.parse(JSON.stringify(revived)), saved);
      assert.deepEqual([revived.size, revived.sampleRate], [step.size, step.sampleRate]);
      assert.deepEqual(revived.transform(signal()).data, step.transform(signal()).data);
    });
  }

  test("refuses what no step wrote", () => {
    const saved = { ...steps[0]!.toJSON() };
    assert.throws(() => reviveAudio({ ...saved, className: "constructor" }), /there is no audio step "constructor"/);
    assert.throws(() => reviveAudio({ ...saved, config: { sampleRate, evil: 1 } }), /unknown option "evil"/);
    assert.throws(() => reviveAudio({ ...saved, state: 1 }), /state .* must be null/);
    assert.throws(() => reviveAudio(null), /reviveAudio/);
  });
});
