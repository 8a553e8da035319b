/** resample against scipy.signal.resample_poly with the same filter, and what the filter promises, on sines. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { resample } from "../../../src/data/audio/index.js";
import { largestDifference } from "../../support/data.js";
import { oracle } from "./oracle.js";

const sine = (hz: number, rate: number, seconds = 0.5) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));
/** Without the ends, where the signal begins and stops. */
const middle = (x: Float32Array) => x.subarray(x.length / 4, (3 * x.length) / 4);
const peak = (x: Float32Array) => x.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const RATES: [number, number][] = [
  [8000, 16000],
  [16000, 8000],
  [44100, 16000],
  [48000, 8000],
  [22050, 8000],
  [8000, 11025],
];

describe("resample", () => {
  for (const { from, to, x, y } of oracle.ratios) {
    test(`${from} to ${to} is scipy's`, () => {
      const out = resample(Float32Array.from(x), from, to);
      assert.ok(largestDifference(out, y) < 2e-7, `differs by ${largestDifference(out, y)}`);
    });
  }

  for (const [from, to] of RATES) {
    const nyquist = Math.min(from, to) / 2;
    test(`${from} to ${to}: tones up to 0.91 of the lower Nyquist frequency stay what they are`, () => {
      for (const part of [0.01, 0.3, 0.7, 0.91]) {
        const out = middle(resample(sine(part * nyquist, from), from, to));
        const whole = resample(sine(part * nyquist, from), from, to);
        const wanted = middle(sine(part * nyquist, to, whole.length / to));
        assert.ok(largestDifference(out, wanted) < 1e-3, `${part}: differs by ${largestDifference(out, wanted)}`);
      }
    });

    test(`${from} to ${to}: nothing is mirrored from above the lower Nyquist frequency`, () => {
      const tones = from > to ? [1, 1.2, 1.7].filter((part) => part * nyquist < from / 2) : [];
      for (const part of tones) {
        const left = 20 * Math.log10(peak(middle(resample(sine(part * nyquist, from), from, to))));
        assert.ok(left < -88, `${part}: ${left} dB`);
      }
    });
  }

  test("images above the old Nyquist frequency are gone when the rate rises", () => {
    // 3 kHz at 8 kHz has its first image at 5 kHz; what is not the tone is filter error and image.
    const out = resample(sine(3000, 8000), 8000, 16000);
    const wanted = sine(3000, 16000);
    assert.ok(largestDifference(middle(out), middle(wanted)) < 1e-4);
  });

  test("the length is rounded up, equal rates give the signal itself, and rates are checked", () => {
    const x = sine(100, 8000);
    assert.equal(resample(x.subarray(0, 41), 44100, 16000).length, 15);
    assert.equal(resample(x, 8000, 8000), x);
    assert.equal(resample(new Float32Array(0), 8000, 16000).length, 0);
    assert.throws(() => resample(x, 0, 8000), /from must be a whole number/);
    assert.throws(() => resample(x, 8000, 11025.5), /to must be a whole number/);
    assert.throws(() => resample([1] as never, 8000, 16000), /Float32Array/);
    assert.throws(() => resample(x, 1048573, 8000), /ratio .* too fine/);
  });
});
