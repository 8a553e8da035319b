/** Whether a row keeps what is promised: no worse than PyTorch's mean by more than two of its standard deviations, in less time. */

/**
 * @typedef {import("./recipes/index.mjs").Row} Row @typedef {import("./recipes/index.mjs").Metric} Metric
 * @typedef {import("./recipes/index.mjs").Figure} Figure @typedef {import("./results.mjs").RowResult} RowResult
 */

/** Mean and deviation (n − 1) over seeds. @param {Record<string, { values: Record<string, number> }>} bySeed @param {string} name @returns {Figure | undefined} */
export function figureOf(bySeed, name) {
  // A task may not measure every metric of a row.
  const values = Object.values(bySeed).flatMap((trained) => trained.values[name] ?? []);
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((a, b) => a + b) / n;
  if (n === 1) return { mean, n };
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)), n };
}

/**
 * What to compare with: PyTorch over several seeds here where these are more than were published, or where the published figure has no
 * deviation; else the published one; and where neither has a deviation the published mean with that of our own seeds. Nothing where
 * nobody has more than one seed.
 * @param {Figure} published @param {Figure | undefined} here @param {Figure} own
 * @returns {{ mean: number, sd: number, what: "published" | "here" | "own" } | undefined}
 */
function reference(published, here, own) {
  const betterHere = here?.sd && (here.n > published.n || !published.sd);
  if (betterHere) return { mean: here.mean, sd: here.sd, what: "here" };
  if (published.sd) return { mean: published.mean, sd: published.sd, what: "published" };
  return own.sd === undefined ? undefined : { mean: published.mean, sd: own.sd, what: "own" };
}

/** @param {Row} row @param {RowResult} result @param {Metric} metric */
export function judge(row, result, { name, mode }) {
  const [published, own] = [row.published.torch[name], figureOf(result.sluice, name)];
  if (published === undefined || own === undefined) return undefined;
  const here = figureOf(result.torch, name);
  const other = reference(published, here, own);
  if (other === undefined) return undefined;
  const { mean, sd, what } = other;
  const behind = mode === "min" ? own.mean - mean : mean - own.mean;
  return { good: behind <= 2 * sd, behind, sd, what };
}

/** Seconds of processor time for one training. @param {Record<string, { seconds: number }>} bySeed */
export function secondsOf(bySeed) {
  const all = Object.values(bySeed).map(({ seconds }) => seconds);
  return all.length === 0 ? undefined : all.reduce((a, b) => a + b) / all.length;
}

/**
 * "Our defaults" beside PyTorch's recipe (within two of its standard deviations counts as good as) and beside the better one of the
 * simple baselines, that of the row and that of the task.
 * @param {Row} row @param {RowResult} result @param {Metric} metric
 */
export function judgeDefaults(row, result, metric) {
  const { name, mode } = metric;
  const [published, own] = [row.published.torch[name], figureOf(result.defaults, name)];
  if (own === undefined) return undefined;
  const sign = mode === "min" ? 1 : -1;
  const simples = Object.values(result.defaults).map(({ rivals }) => simpleOf(rivals, name));
  const task = simples[0] === undefined ? undefined : simples.reduce((a, b) => a + b) / simples.length;
  const known = [task, result.baselines?.simple?.[name]].filter((value) => value !== undefined);
  const simple = known.length === 0 ? undefined : sign * Math.min(...known.map((value) => sign * value));
  const torch = published && reference(published, figureOf(result.torch, name), own);
  return {
    own,
    simple,
    beatsTorch: torch && sign * (own.mean - torch.mean) <= 2 * torch.sd,
    beatsSimple: simple === undefined ? undefined : sign * (own.mean - simple) <= 0,
  };
}

/** @param {import("./defaults.mjs").DefaultsResult["rivals"]} rivals @param {string} name */
const simpleOf = (rivals, name) => rivals.find(({ kind }) => kind === "simple")?.values[name];
