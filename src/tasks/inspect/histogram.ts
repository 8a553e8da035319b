/** Equal bins over the range of the values: `counts[i]` lie in [edges[i], edges[i + 1]), in the last bin its end too. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** Whole numbers of a range up to this get a bin each. */
const MOST_WHOLE = 60;

/**
 * As numpy.histogram; NaN and infinite values are left out. Where all values are equal there is one bin around them.
 * @param bins how many. Default √n, between 10 and 50 (Tukey's and others' rule of thumb); for whole numbers of a small range one for each
 */
export function histogramOf(values: ArrayLike<number>, bins?: number): Histogram {
  let [least, greatest, count, whole] = [Infinity, -Infinity, 0, true];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
    whole &&= Number.isInteger(value);
  }
  if (count === 0) return { edges: [], counts: [] };
  if (bins === undefined && whole && greatest - least < MOST_WHOLE) {
    return counted(values, least - 0.5, greatest + 0.5, greatest - least + 1);
  }
  if (least === greatest) return counted(values, least - 0.5, greatest + 0.5, 1);
  return counted(values, least, greatest, bins ?? Math.min(50, Math.max(10, Math.ceil(Math.sqrt(count)))));
}

function counted(values: ArrayLike<number>, from: number, to: number, bins: number): Histogram {
  const counts = new Array<number>(bins).fill(0);
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? to : from + ((to - from) * i) / bins));
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    let bin = Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins));
    // Rounding may have put it beside its bin; the edges decide, as in numpy.
    if (value < edges[bin]!) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { edges, counts };
}
