import { check } from "../../util/errors.js";
import { checkRange } from "../../util/checks.js";

/**
 * Time since each variable was last observed, before the step itself (Che et al. 2018, arXiv 1606.01865, section 3.1):
 *
 *     δ_t = s_t − s_{t−1} + (1 − m_{t−1}) δ_{t−1},  δ_0 = 0
 *
 * @param times s, [T], rising
 * @param values [T, D] row-major, NaN where nothing was observed (m = 0)
 * @param unit what counts as 1, in the unit of the times. Default 1
 * @returns [T, D]
 */
export function timeSinceObserved(times: ArrayLike<number>, values: ArrayLike<number>, unit = 1): Float64Array {
  const where = "timeSinceObserved";
  const T = times.length;
  check(T > 0 && values.length % T === 0, () => {
    return `${where}: values must be [T, D] row-major for ${T} times, got ${values.length} numbers`;
  });
  check(checkRange(where, "unit", unit, 0) > 0, () => `${where}: unit must be above 0, got 0`);
  const D = values.length / T;
  const gaps = new Float64Array(T * D);
  for (let t = 1; t < T; t++) {
    const passed = (times[t]! - times[t - 1]!) / unit;
    check(passed > 0, () => `${where}: times must rise, got ${times[t - 1]} and ${times[t]} at step ${t}`);
    for (let d = 0; d < D; d++) {
      const before = (t - 1) * D + d;
      gaps[t * D + d] = passed + (Number.isNaN(values[before]!) ? gaps[before]! : 0);
    }
  }
  return gaps;
}

/**
 * What the layer `gruD` reads: values with 0 where nothing was observed, mask and gaps side by side.
 * @param times [T], rising
 * @param values [T, D] row-major, scaled, NaN where nothing was observed
 * @param unit of the gaps, in the unit of the times. Default 1
 * @returns [T, 3D] row-major
 */
export function gruDInputs(times: ArrayLike<number>, values: ArrayLike<number>, unit = 1): Float32Array {
  const gaps = timeSinceObserved(times, values, unit);
  const T = times.length;
  const D = values.length / T;
  const out = new Float32Array(3 * values.length);
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / D) * 3 * D + (i % D);
    const value = values[i]!;
    const observed = !Number.isNaN(value);
    out[at] = observed ? value : 0;
    out[at + D] = Number(observed);
    out[at + 2 * D] = gaps[i]!;
  }
  return out;
}
