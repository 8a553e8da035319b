/** One-sided 10 %: the test of seasonality in the M4 competition (Makridakis et al. 2020, the code of its benchmarks). */
const CRITICAL = 1.645;

/**
 * The season with the largest autocorrelation of the differences of a series, of those that the test of the M4 competition does not
 * refuse: |r(m)| > 1.645 √((1 + 2 Σ r(i)²) / n), i < m. Differences, because a trend correlates at every lag.
 * @param series training parts, each in order
 * @param candidates steps
 */
export function findSeason(series: readonly Float64Array[], candidates: readonly number[]): number | null {
  const longest = series.reduce((a, b) => (b.length > a.length ? b : a), new Float64Array(0));
  const differences = longest
    .slice(1)
    .map((x, i) => x - longest[i]!)
    .filter(Number.isFinite);
  const n = differences.length;
  let [best, strength] = [null as number | null, 0];
  for (const m of candidates.filter((candidate) => n >= 3 * candidate)) {
    const r = autocorrelations(differences, m);
    const rest = r.slice(0, -1).reduce((sum, value) => sum + value * value, 0);
    const last = r.at(-1)!;
    if (last > CRITICAL * Math.sqrt((1 + 2 * rest) / n) && last > strength) [best, strength] = [m, last];
  }
  return best;
}

/** r(1) … r(m). */
export function autocorrelations(values: Float64Array, m: number): number[] {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const centred = values.map((x) => x - mean);
  const whole = centred.reduce((sum, x) => sum + x * x, 0);
  return Array.from({ length: m }, (_, k) => {
    let sum = 0;
    for (let i = k + 1; i < centred.length; i++) sum += centred[i]! * centred[i - k - 1]!;
    return whole === 0 ? 0 : sum / whole;
  });
}
