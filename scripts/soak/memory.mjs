// Whether memory is flat: the resident memory of a process, sampled, and the line through it (least squares).
import { readFileSync } from "node:fs";

/** @param {number} pid @returns {number} MB */
export const resident = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024e-6;

/**
 * @param {readonly (readonly [seconds: number, megabytes: number])[]} samples
 * @returns {{ slope: number, from: number, to: number }} MB a minute, and the line's ends
 */
export function line(samples) {
  const n = samples.length;
  const mean = (/** @type {0 | 1} */ i) => samples.reduce((sum, one) => sum + one[i], 0) / n;
  const [x, y] = [mean(0), mean(1)];
  const slope =
    samples.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / samples.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
  const at = (seconds) => y + slope * (seconds - x);
  return { slope: slope * 60, from: at(samples[0][0]), to: at(samples[n - 1][0]) };
}
