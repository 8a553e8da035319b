import { checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { GATES, type GateSaturation, type LayerHealth, type LayerTrace, type Numbers, type Saturation, type Trace } from "./types.js"; // prettier-ignore

/** Shares of steps from which a unit counts as stuck. */
const MOSTLY = 0.9;
const HARDLY_MOVES = 0.01;
const AT_THE_EDGE = 0.95;

export interface SaturationOptions {
  /** A gate below it is nearly closed. Default 0.1. */
  low?: number;
  /** A gate above it is nearly open. Default 0.9. */
  high?: number;
}

/**
 * How often each gate of each unit is nearly closed or nearly open (Karpathy et al. 2015, arXiv 1506.02078, section 4.2, draw these
 * shares against each other), and units that do nothing: whose state does not move, stays at its edge, or has a gate that never moves.
 */
export function saturation(traces: readonly Trace[], options: SaturationOptions = {}): Saturation {
  check(traces.length > 0, () => "saturation: expected at least one trace");
  const low = checkRange("saturation", "low", options.low ?? 0.1, 0, 1);
  const high = checkRange("saturation", "high", options.high ?? 0.9, low, 1);
  const byLayer = new Map<string, LayerTrace[]>();
  for (const layer of traces.flatMap((t) => t.layers)) {
    byLayer.set(layer.layer, [...(byLayer.get(layer.layer) ?? []), layer]);
  }
  const gates: GateSaturation[] = [];
  const layers: LayerHealth[] = [];
  for (const [layer, parts] of byLayer) {
    const own = gatesOf(parts[0]!).map((gate) => gateSaturation(layer, gate, parts, low, high));
    gates.push(...own);
    layers.push(health(layer, parts, own));
  }
  return { gates, layers };
}

function gatesOf({ signals }: LayerTrace): string[] {
  return Object.keys(signals).filter((name) => GATES.includes(name));
}

function gateSaturation(
  layer: string,
  gate: string,
  parts: readonly LayerTrace[],
  low: number,
  high: number,
): GateSaturation {
  const share = (test: (v: number) => number) => unitMeans(gate, parts, test);
  const steps = parts.reduce((sum, part) => sum + part.steps, 0);
  const [closed, open] = [share((v) => +(v < low)), share((v) => +(v > high))];
  return { layer, gate, steps, closed, open, mean: share((v) => v) };
}

/** By unit, the mean of f over all steps of all parts. */
function unitMeans(signal: string, parts: readonly LayerTrace[], f: (value: number, unit: number) => number): number[] {
  const { units } = parts[0]!;
  const sums = new Float64Array(units);
  let steps = 0;
  for (const part of parts) {
    const values: Numbers = part.signals[signal]!;
    steps += part.steps;
    for (let i = 0; i < values.length; i++) sums[i % units]! += f(values[i]!, i % units);
  }
  return Array.from(sums, (sum) => (steps === 0 ? 0 : sum / steps));
}

function health(layer: string, parts: readonly LayerTrace[], gates: readonly GateSaturation[]): LayerHealth {
  const { cell, units } = parts[0]!;
  const mean = unitMeans("state", parts, (h) => h);
  const variance = unitMeans("state", parts, (h, unit) => (h - mean[unit]!) ** 2);
  const edge = unitMeans("state", parts, (h) => +(Math.abs(h) > AT_THE_EDGE));
  const where = (values: readonly number[], test: (v: number) => boolean) =>
    values.flatMap((v, i) => (test(v) ? [i] : []));
  const mostly = (share: number) => share >= MOSTLY;
  const stuck = gates.map(({ gate, closed, open }) => [
    gate,
    { closed: where(closed, mostly), open: where(open, mostly) },
  ]);
  return {
    layer,
    cell,
    units,
    dead: where(variance, (v) => Math.sqrt(v) < HARDLY_MOVES),
    saturated: where(edge, mostly),
    stuck: Object.fromEntries(stuck) as LayerHealth["stuck"],
  };
}
