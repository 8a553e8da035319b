/** How good the quantiles of a forecast are, as the numbers of an evaluation. */
import type { Shape } from "../metrics.js";
import { covered, widths } from "../scores/intervals.js";
import { pinballLosses } from "../scores/quantiles.js";
import { bandsOf, type Doubt } from "./doubt.js";
import type { Outlook } from "./outlook.js";

/**
 * pinball: the mean over levels and values; CRPS where it is known; of each interval the share of values inside (to be held against its
 * name) and the mean width.
 * @param scales by window and target [N · K], where losses and widths are measured in the unit of MASE; null for raw units
 */
export function doubtValues(
  truth: Float64Array,
  { quantiles, crps }: Outlook,
  { levels }: Doubt,
  { horizon, K }: Shape,
  scales: Float64Array | null,
): Record<string, number> {
  const mean = (losses: ArrayLike<number>, inUnits = true) => {
    let [sum, count] = [0, 0];
    for (let k = 0; k < losses.length; k++) {
      const scale = inUnits && scales ? scales[Math.floor(k / (horizon * K)) * K + (k % K)]! : 1;
      const loss = losses[k]! / scale;
      if (!Number.isFinite(loss)) continue;
      sum += loss;
      count++;
    }
    return sum / count;
  };
  const unit = scales ? "scaled " : "";
  const pinball = levels.map((level, l) => mean(pinballLosses(truth, quantiles[l]!, level)));
  const values = { [`${unit}pinball`]: pinball.reduce((sum, loss) => sum + loss, 0) / levels.length };
  if (crps) values[`${unit}CRPS`] = mean(crps(truth));
  for (const { name, lower, upper } of bandsOf(levels)) {
    const interval = { lower: quantiles[lower]!, upper: quantiles[upper]! };
    values[`coverage ${name}`] = mean(covered(truth, interval), false);
    values[`${unit}width ${name}`] = mean(widths(interval));
  }
  return values;
}
