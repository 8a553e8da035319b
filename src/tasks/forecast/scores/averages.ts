/** From losses of single values to scores: overall, by step of the horizon, by series, and averaged over series. */

export interface Mean {
  /** NaN where there is nothing to average. */
  readonly value: number;
  /** Values that were judged. */
  readonly count: number;
  /** Values that were left out because they have no loss: a denominator was zero, or a scale was not known. */
  readonly undefined: number;
}

export interface Scores {
  /** Over all values. */
  readonly overall: Mean;
  /** By step of the horizon, the first step first. */
  readonly byStep: readonly Mean[];
  /** By series, in the order of their first window. */
  readonly bySeries: readonly (Mean & { readonly series: string | null })[];
  /** The mean of the series' values, in which a series with few windows counts as much as one with many. */
  readonly overSeries: Mean;
}

/** What the losses belong to: they are [windows, horizon]. */
export interface Layout {
  readonly horizon: number;
  /** By window. */
  readonly series: readonly (string | null)[];
}

/** The mean of the losses that there are. NaN marks those that there are not. */
export function meanOf(losses: ArrayLike<number>): Mean {
  let [sum, count] = [0, 0];
  for (let i = 0; i < losses.length; i++) {
    if (Number.isNaN(losses[i]!)) continue;
    sum += losses[i]!;
    count++;
  }
  return { value: sum / count, count, undefined: losses.length - count };
}

/** Scores that are means of losses [windows, horizon], such as MASE, sMAPE, pinball loss, CRPS and coverage. */
export function scoresOf(losses: ArrayLike<number>, { horizon, series }: Layout): Scores {
  const byStep = Array.from({ length: horizon }, (_, h) => meanOf(stepOf(losses, h, horizon)));
  const bySeries = [...windowsBySeries(series)].map(([id, windows]) => {
    const own = windows.flatMap((w) => Array.from({ length: horizon }, (_, h) => losses[w * horizon + h]!));
    return { series: id, ...meanOf(own) };
  });
  return { overall: meanOf(losses), byStep, bySeries, overSeries: meanOf(bySeries.map(({ value }) => value)) };
}

/**
 * Scores that are roots of means of squares over the horizon, such as RMSSE: the root is taken of each window, and the mean over
 * windows; by step it is the root of the mean over windows.
 * @param squares [windows, horizon]
 */
export function rootScoresOf(squares: ArrayLike<number>, layout: Layout): Scores {
  const { horizon, series } = layout;
  const roots = series.map((_, w) => {
    return Math.sqrt(meanOf(Array.from({ length: horizon }, (_, h) => squares[w * horizon + h]!)).value);
  });
  const { byStep } = scoresOf(squares, layout);
  const whole = scoresOf(roots, { horizon: 1, series });
  return { ...whole, byStep: byStep.map((mean) => ({ ...mean, value: Math.sqrt(mean.value) })) };
}

function stepOf(losses: ArrayLike<number>, h: number, horizon: number): Float64Array {
  return Float64Array.from({ length: losses.length / horizon }, (_, w) => losses[w * horizon + h]!);
}

function windowsBySeries(series: readonly (string | null)[]): Map<string | null, number[]> {
  const out = new Map<string | null, number[]>();
  for (const [w, id] of series.entries()) {
    const own = out.get(id);
    if (own) own.push(w);
    else out.set(id, [w]);
  }
  return out;
}
