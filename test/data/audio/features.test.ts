/** Spectra, mel bands and log-mel features against librosa and numpy. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hzToMel, logMel, type LogMelOptions, melFilterBank, melToHz } from "../../../src/data/audio/index.js";
import { checkSpectrum, FrameSpectrum, SPECTRUM_DEFAULTS } from "../../../src/data/audio/spectrum.js";
import { largestDifference } from "../../support/data.js";
import { oracle, signal } from "./oracle.js";

const { sampleRate } = oracle;
/** The features of quality.md's spoken digits. */
const DIGITS: LogMelOptions = { sampleRate, bands: 40, frame: 0.025, hop: 0.01, nFft: 512 };
const assertNear = (a: ArrayLike<number>, b: ArrayLike<number>, bound: number) => {
  const difference = largestDifference(a, b);
  assert.ok(difference <= bound, `differs by ${difference}, allowed ${bound}`);
};

describe("power spectrum", () => {
  test("is numpy's", () => {
    const spectrum = new FrameSpectrum(checkSpectrum("test", { ...SPECTRUM_DEFAULTS, sampleRate, nFft: 512 }));
    spectrum.analyse(signal(), 5 * spectrum.hopLength);
    assertNear(spectrum.power, oracle.power, 1e-7 * Math.max(...oracle.power));
  });

  test("a transform of any size is the sum of its definition, up to the last bin", () => {
    const x = Float32Array.from({ length: 64 }, (_, n) => Math.sin(n * n));
    for (const N of [2, 4, 8, 16, 32, 64]) {
      const options = { ...SPECTRUM_DEFAULTS, sampleRate: N, frame: 1, hop: 1, window: "rectangular" as const };
      const spectrum = new FrameSpectrum(checkSpectrum("test", options));
      spectrum.analyse(x, 0);
      const expected = Array.from({ length: N / 2 + 1 }, (_, k) => {
        const sum = (wave: (angle: number) => number) =>
          x.subarray(0, N).reduce((s, v, n) => s + v * wave((2 * Math.PI * k * n) / N), 0);
        return sum(Math.cos) ** 2 + sum(Math.sin) ** 2;
      });
      assertNear(spectrum.power, expected, 1e-11);
    }
  });
});

describe("melFilterBank", () => {
  for (const { scale, norm, rows } of oracle.banks) {
    test(`is librosa's: ${scale}, norm ${norm}`, () => {
      const bank = melFilterBank({ sampleRate, nFft: 64, bands: 6, low: 50, high: 3800, scale, norm });
      assert.deepEqual(bank.shape, [6, 33]);
      assertNear(bank.data, rows.flat(), 1e-11);
    });
  }

  test("hzToMel has its way back, and the constants of the sources", () => {
    for (const scale of ["htk", "slaney"] as const)
      for (const hz of [0, 20, 999, 1000, 1001, 8000]) assertNear([melToHz(hzToMel(hz, scale), scale)], [hz], 1e-8);
    assertNear([hzToMel(1000), hzToMel(1000, "slaney"), hzToMel(6400, "slaney")], [999.98554, 15, 42], 1e-4);
  });

  test("a band between two bins is an error", () => {
    assert.throws(() => melFilterBank({ sampleRate, nFft: 64, bands: 40 }), /band 0 .*between two bins.*125\.0 Hz/);
  });
});

describe("logMel", () => {
  test("is numpy's and librosa's: frames at the beginning, ln", () => {
    const step = logMel(DIGITS);
    const y = step.transform(signal());
    assert.deepEqual(y.shape, [12, 40]);
    assert.deepEqual([step.frames(1100), step.size], [12, 40]);
    assertNear(y.data, oracle.plain, 3e-6);
  });

  test("mean and deviation by clip and band", () => {
    assertNear(logMel({ ...DIGITS, normalize: "clip" }).transform(signal()).data, oracle.clip, 3e-6);
  });

  test("centred frames, zeros beyond the ends, decibels", () => {
    const step = logMel({ sampleRate, bands: 12, low: 100, high: 3500, log: "db", center: true });
    assertNear(step.transform(signal()).data, oracle.zeros, 2e-5);
  });

  test("centred frames, mirrored ends, Hamming, Slaney's mel, log10", () => {
    const edges = { center: true, padding: "reflect" as const, window: "hamming" as const };
    const bands = { bands: 12, low: 100, high: 3500, scale: "slaney" as const, norm: "slaney" as const };
    const step = logMel({ sampleRate, ...edges, ...bands, log: "log10" });
    assertNear(step.transform(signal()).data, oracle.reflect, 3e-6);
  });

  test("a band that does not change becomes 0, not rounding blown up", () => {
    const y = logMel({ ...DIGITS, normalize: "clip" }).transform(new Float32Array(800));
    assert.ok(y.data.every((v) => v === 0));
  });

  test("what cannot be is said", () => {
    const step = logMel(DIGITS);
    assert.throws(() => step.transform(new Float32Array(199)), /at least 200 samples, got 199/);
    assert.throws(() => step.transform(new Float32Array(300).fill(NaN, 7)), /sample 7 is not a finite number/);
    assert.throws(() => step.transform([1, 2] as never), /Float32Array/);
    assert.throws(() => logMel({ sampleRate, nFft: 400 }), /power of two of at least the frame's 200 samples, got 400/);
    assert.throws(() => logMel({ sampleRate, nFft: 128 }), /at least the frame's 200 samples/);
    assert.throws(() => logMel({} as never), /sampleRate/);
    assert.throws(() => logMel({ sampleRate, high: 5000 }), /high .*from 0 to 4000, got 5000/);
    assert.throws(() => logMel({ sampleRate, low: 3000, high: 2000 }), /low must be below high/);
    assert.throws(() => logMel({ sampleRate, hop: 0 }), /hop must be at least 1 samples/);
    assert.throws(() => logMel({ sampleRate, floor: 0 }), /floor must be above 0/);
    assert.throws(() => logMel({ sampleRate, bnads: 20 } as never), /did you mean "bands"/);
  });
});
