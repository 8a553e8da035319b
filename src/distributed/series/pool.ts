/** One result of many series: errors over all their points, and how they are spread from series to series. */
import { verdictOf, type Entry, type Evaluation, type Judge } from "../../runs/evaluation.js";

/** What counts of a series; null for what is no number. */
export interface Part {
  /** Windows of the test part; all series have the same steps in each. */
  readonly windows: number;
  /** The network first. */
  readonly entries: readonly PartEntry[];
}

export interface PartEntry {
  readonly name: string;
  readonly kind: Entry["kind"];
  readonly values: Readonly<Record<string, number | null>>;
}

/** Series have different units: only what is measured by the naive error of each can be held together. */
export const JUDGE: Judge = { name: "MASE", mode: "min" };
const QUANTILES = [0.1, 0.25, 0.5, 0.75, 0.9];
const SEASONAL = "seasonal naive";
const LAST = "last value";
export const EVERY = "every naive baseline";

export function scoreOf({ values }: PartEntry): number | null {
  return values[JUDGE.name] ?? null;
}

/** What a baseline is called in its series, and what it is in all: each has a season and an order of its own. */
export function namesOf({ name }: PartEntry): { own: string; common: string } {
  return { own: name, common: name.replace(/ \(\d+ steps\)$/, "") };
}

/** Those that can be compared: what every series has. Without a season the seasonal forecast is the last value. */
function aligned(parts: readonly Part[]): (Part & { readonly byName: ReadonlyMap<string, PartEntry> })[] {
  const seasonal = parts.some(({ entries }) => entries.some((entry) => namesOf(entry).common === SEASONAL));
  const named = parts.map((part) => {
    const byName = new Map(part.entries.map((entry) => [namesOf(entry).common, entry]));
    const last = byName.get(LAST);
    if (seasonal && last && !byName.has(SEASONAL)) byName.set(SEASONAL, last);
    return { ...part, byName };
  });
  const common = [...named[0]!.byName.keys()].filter((name) => named.every(({ byName }) => byName.has(name)));
  return named.map((part) => ({ ...part, byName: new Map(common.map((name) => [name, part.byName.get(name)!])) }));
}

export interface Pooled {
  readonly evaluation: Evaluation;
  readonly better: Readonly<Record<string, number>>;
  readonly spread: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** @param parts at least one @param part what the data are called */
export function pool(parts: readonly Part[], part: string): Pooled {
  const all = aligned(parts);
  const names = [...all[0]!.byName.keys()];
  const ordered = [...names].sort((a, b) => rank(all[0]!.byName.get(a)!) - rank(all[0]!.byName.get(b)!));
  const spread = Object.fromEntries(ordered.map((name) => [name, spreadOf(all.map(({ byName }) => scoreOf(byName.get(name)!)))])); // prettier-ignore
  const entries = ordered.map((name): Entry => {
    const median = spread[name]!["0.5"] ?? Number.NaN;
    const { MASE = Number.NaN, ...rest } = pooledValues(all.map(({ windows, byName }) => ({ windows, values: byName.get(name)!.values, known: knownIn(byName) }))); // prettier-ignore
    return { name, kind: all[0]!.byName.get(name)!.kind, values: { MASE, "median MASE": median, ...rest } };
  });
  const better = betterIn(all, ordered.slice(1));
  const count = all.reduce((sum, { windows }) => sum + windows, 0);
  const share = better[EVERY];
  const won = share === undefined ? "" : ` It is better than ${EVERY} in ${Math.round(100 * share)} % of ${all.length} series.`; // prettier-ignore
  const verdict = `${verdictOf(JUDGE, entries)}${won}`;
  return { evaluation: { count, of: "windows", part, judge: JUDGE, entries, verdict, pictures: [] }, better, spread };
}

const RANK = { network: 0, trivial: 1, simple: 2 } as const;
const rank = ({ kind }: PartEntry) => RANK[kind];

/** The metrics that say something of any forecaster. */
function knownIn(byName: ReadonlyMap<string, PartEntry>): Set<string> {
  const values = [...byName.values()].flatMap((entry) => Object.entries(entry.values));
  return new Set(values.filter(([, value]) => value !== null).map(([name]) => name));
}

/**
 * Means over all points: of squares where they are roots of them. A series in which a metric says nothing of anyone is left out of that
 * metric; who alone has no number there has none in all.
 */
function pooledValues(
  parts: readonly { windows: number; values: PartEntry["values"]; known: ReadonlySet<string> }[],
): Record<string, number> {
  const names = [...new Set(parts.flatMap(({ values }) => Object.keys(values)))];
  return Object.fromEntries(
    names.map((name) => {
      const squared = name.startsWith("RMSE");
      let [sum, weight] = [0, 0];
      for (const { windows, values, known } of parts) {
        const value = values[name] ?? (known.has(name) ? Number.NaN : null);
        if (value === null) continue;
        sum += windows * (squared ? value * value : value);
        weight += windows;
      }
      const mean = sum / weight;
      return [name, squared ? Math.sqrt(mean) : mean];
    }),
  );
}

function betterIn(
  all: readonly { readonly byName: ReadonlyMap<string, PartEntry> }[],
  baselines: readonly string[],
): Record<string, number> {
  const network = (one: (typeof all)[number]) => scoreOf([...one.byName.values()].find(({ kind }) => kind === "network")!); // prettier-ignore
  const shareOver = (least: (one: (typeof all)[number]) => number | null) => {
    const known = all.map((one) => [network(one), least(one)] as const).filter(([own, other]) => own !== null && other !== null); // prettier-ignore
    return known.length === 0 ? null : known.filter(([own, other]) => own! < other!).length / known.length;
  };
  const naive = (one: (typeof all)[number]) => {
    const scores = [...one.byName.values()].filter(({ kind }) => kind === "trivial").map(scoreOf).filter((score) => score !== null); // prettier-ignore
    return scores.length === 0 ? null : Math.min(...scores);
  };
  const shares = [
    ...baselines.map((name) => [name, shareOver((one) => scoreOf(one.byName.get(name)!))] as const),
    [EVERY, shareOver(naive)] as const,
  ];
  return Object.fromEntries(shares.filter((pair): pair is [string, number] => pair[1] !== null));
}

/** Hyndman and Fan 1996, definition 7, as numpy and R have it by default. */
export function quantileOf(sorted: readonly number[], p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

function spreadOf(scores: readonly (number | null)[]): Record<string, number> {
  const sorted = scores.filter((score) => score !== null).sort((a, b) => a - b);
  return sorted.length === 0 ? {} : Object.fromEntries(QUANTILES.map((p) => [String(p), quantileOf(sorted, p)]));
}
