import { check } from "../../util/errors.js";
import { withDefaults } from "../../util/named.js";
import { bordersOf, checkShares } from "./splits.js";
import type { SlidingWindows } from "./windows.js";

export interface TimeSplitOptions {
  /**
   * Whether the lookback of a later part may reach over the border into what is known by then; horizons never do. More windows
   * for short series. Default false: parts share no row.
   */
  reachBack?: boolean;
}

/**
 * Parts in order of time. With dates the borders are moments, the same for every series, at shares of the different dates;
 * without, they are steps of each series. Windows that cross a border are in no part.
 * @throws SluiceError when a part holds no window
 */
export function timeSplit(
  windows: SlidingWindows,
  shares: readonly number[],
  options: TimeSplitOptions = {},
): SlidingWindows[] {
  const where = "timeSplit";
  const { reachBack } = withDefaults(where, { reachBack: false }, options);
  checkShares(where, shares);
  const partOf = partsOfRows(windows, shares);
  const { lookback, horizon } = windows.settings;
  const members = shares.map((): number[] => []);
  for (let i = 0; i < windows.length; i++) {
    const { rows } = windows.place(i);
    const first = partOf[rows[reachBack ? lookback : 0]!]!;
    const last = partOf[rows.at(-1)!]!;
    if (first === last) members[last]!.push(i);
  }
  return members.map((indices, k) => {
    check(indices.length > 0, () => {
      const needed = reachBack
        ? `${horizon} steps`
        : `${lookback + horizon} steps (lookback ${lookback} and horizon ${horizon})`;
      return `${where}: part ${k} (share ${shares[k]}) holds no window; it needs at least ${needed} of one series`;
    });
    return windows.subset(indices);
  });
}

/** By row, the part in whose time it lies. */
function partsOfRows(windows: SlidingWindows, shares: readonly number[]): Int32Array {
  const { order, series, times } = windows.ordered;
  const part = new Int32Array(order.length);
  if (times !== null) {
    const moments = Float64Array.from(new Set(times)).sort();
    const borders = bordersOf(moments.length, shares).map((n) => moments[n] ?? Infinity);
    for (let row = 0; row < part.length; row++) part[row] = borders.findIndex((border) => times[row]! < border);
    return part;
  }
  for (const { begin, end } of series) {
    const borders = bordersOf(end - begin, shares);
    for (let t = begin; t < end; t++) part[order[t]!] = borders.findIndex((border) => t - begin < border);
  }
  return part;
}
