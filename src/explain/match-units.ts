import { checkChoice, checkCount, checkOptions, checkRange, nearest } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import type { LayerTrace, Numbers, Trace, UnitMatch } from "./types.js";

export interface MatchOptions {
  /** Name of the layer, as in `LayerTrace.layer`. May be left out where traces have one. */
  layer?: string;
  /** Index of the trace in which the passage was selected. Default 0. */
  sample?: number;
  /** The selected steps, from … to − 1. */
  from: number;
  to: number;
  /** A unit is on where its signal reaches so far. Default 0.3, as in LSTMVis. */
  threshold?: number;
  /** On at values of at least the threshold, of at most minus the threshold, or either. Default "above". */
  on?: "above" | "below" | "either";
  /** Units must be off at so many steps before the selection, and after it. Default 0: what is there does not matter. */
  before?: number;
  after?: number;
  /** Which signal. Default "state". */
  signal?: string;
  /** Most matches. Default 50. */
  limit?: number;
}

export interface UnitMatches {
  /** The units that are on throughout the selection, ascending. */
  readonly units: readonly number[];
  readonly matches: readonly UnitMatch[];
}

/** Where units are on in one trace: [steps, units], 1 or 0. */
interface OnMap {
  readonly steps: number;
  readonly units: number;
  readonly on: Uint8Array;
}

/**
 * Select and match (Strobelt et al. 2018, LSTMVis, arXiv 1606.07461, section 6): the units that are on throughout a selected passage, and off
 * around it, stand for a hypothesis of what it has in common with others; the passages of all traces in which most of them are on together
 * are its test. Passages are ranked by the number of shared units, then by how few other units are on throughout, then by how near their
 * length is to the selection's. They do not overlap each other or the selection.
 * @throws SluiceError when no unit is on throughout the selection: a lower threshold or a shorter selection has some
 */
export function matchUnits(traces: readonly Trace[], options: MatchOptions): UnitMatches {
  checkOptions("matchUnits", options, ["layer", "sample", "from", "to", "threshold", "on", "before", "after", "signal", "limit"]); // prettier-ignore
  const { sample = 0, from, to, before = 0, after = 0, limit = 50 } = options;
  checkCount("matchUnits", "sample", sample, 0);
  checkCount("matchUnits", "from", from, 0);
  checkCount("matchUnits", "to", to, from + 1);
  for (const [name, value] of Object.entries({ before, after })) checkCount("matchUnits", name, value, 0);
  checkCount("matchUnits", "limit", limit);
  check(sample < traces.length, () => `matchUnits: there are traces 0 to ${traces.length - 1}, got ${sample}`);
  const maps = traces.map((trace) => onMap(layerOf(trace, options.layer), options));
  const own = maps[sample]!;
  check(to <= own.steps, () => `matchUnits: trace ${sample} has ${own.steps} steps, the selection ends at ${to}`);
  const units = selected(own, from, to, before, after);
  check(units.length > 0, () => {
    return `matchUnits: no unit is on throughout steps ${from} to ${to - 1}; a lower threshold, or a shorter selection, may have some`;
  });
  const found = maps.flatMap((map, i) => passages(map, i, units));
  const length = to - from;
  found.sort((a, b) => {
    const shared = b.shared.length - a.shared.length;
    return shared || a.different - b.different || Math.abs(a.to - a.from - length) - Math.abs(b.to - b.from - length);
  });
  return { units, matches: apart(found, [{ sample, from, to }], limit) };
}

function layerOf({ layers }: Trace, name: string | undefined): LayerTrace {
  const names = layers.map((l) => l.layer);
  if (name === undefined && layers.length === 1) return layers[0]!;
  const found = layers.find((l) => l.layer === name);
  if (found) return found;
  const hint = name === undefined ? undefined : nearest(name, names);
  const tail = hint ? `did you mean ${show(hint)}?` : `the traces have ${names.join(", ") || "none"}`;
  throw new SluiceError(`matchUnits: ${name === undefined ? "name the layer" : `no layer ${show(name)}`}; ${tail}`);
}

function onMap(trace: LayerTrace, { threshold = 0.3, on = "above", signal = "state" }: MatchOptions): OnMap {
  checkRange("matchUnits", "threshold", threshold, 0);
  checkChoice("matchUnits", "on", on, ["above", "below", "either"]);
  const values: Numbers | undefined =
    trace.signals[checkChoice("matchUnits", "signal", signal, Object.keys(trace.signals))];
  const isOn = { above: (v: number) => v >= threshold, below: (v: number) => v <= -threshold, either: (v: number) => Math.abs(v) >= threshold }[on]; // prettier-ignore
  return { steps: trace.steps, units: trace.units, on: Uint8Array.from(values!, (v) => +isOn(v)) };
}

/** Units that are on at all steps from … to − 1. */
function throughout({ on, units }: OnMap, from: number, to: number): number[] {
  const all: number[] = [];
  for (let j = 0; j < units; j++) {
    let t = from;
    while (t < to && on[t * units + j]) t++;
    if (t === to) all.push(j);
  }
  return all;
}

function selected(map: OnMap, from: number, to: number, before: number, after: number): number[] {
  const off = (unit: number, t: number) => t < 0 || t >= map.steps || !map.on[t * map.units + unit];
  const around = [...Array(before).keys()].map((i) => from - 1 - i).concat([...Array(after).keys()].map((i) => to + i));
  return throughout(map, from, to).filter((unit) => around.every((t) => off(unit, t)));
}

/** For each step, the longest passage around it in which the same selected units stay on. */
function passages(map: OnMap, sample: number, selection: readonly number[]): UnitMatch[] {
  const { on, steps, units } = map;
  const found = new Map<string, UnitMatch>();
  for (let t = 0; t < steps; t++) {
    const shared = selection.filter((j) => on[t * units + j]);
    if (shared.length === 0) continue;
    const stays = (at: number) => shared.every((j) => on[at * units + j]);
    let [from, to] = [t, t + 1];
    while (from > 0 && stays(from - 1)) from--;
    while (to < steps && stays(to)) to++;
    const key = `${from} ${to}`;
    if (found.has(key)) continue;
    const all = throughout(map, from, to).length;
    const union = all + selection.length - shared.length;
    const different = union - shared.length;
    found.set(key, { sample, from, to, shared, different, similarity: shared.length / union });
  }
  return [...found.values()];
}

/** The best ones that overlap neither each other nor what is taken. */
function apart(
  ranked: readonly UnitMatch[],
  taken: readonly { sample: number; from: number; to: number }[],
  limit: number,
): UnitMatch[] {
  const kept: UnitMatch[] = [];
  for (const match of ranked) {
    if (kept.length === limit) break;
    const meets = (o: { sample: number; from: number; to: number }) => o.sample === match.sample && o.from < match.to && match.from < o.to; // prettier-ignore
    if (!taken.some(meets) && !kept.some(meets)) kept.push(match);
  }
  return kept;
}
