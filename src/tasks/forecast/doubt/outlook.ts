/** From the network's outputs to forecasts and their quantiles in raw units. */
import { families, type Distribution } from "../../../distributions/index.js";
import { crpsOfQuantiles } from "../scores/quantiles.js";
import type { Doubt } from "./doubt.js";

/** Forecasts of N windows. */
export interface Outlook {
  /** [N · W], W = horizon · targets: the median, or the output of a head of points. */
  readonly point: Float64Array;
  /** By level of the doubt, [N · W]; with a head of points the point itself, as yet without doubt. */
  readonly quantiles: readonly Float64Array[];
  /** The continuous ranked probability score of each value [N · W]; null where only some quantiles are known. */
  readonly crps: ((truth: ArrayLike<number>) => Float64Array) | null;
}

/** One output [W] of window i in raw units, rising where the output rises. */
export type Decode = (i: number, output: Float64Array) => Float64Array;

export interface OutlookSettings {
  readonly doubt: Doubt | null;
  /** Outputs of a window. */
  readonly width: number;
  /** Whether raw units are a linear function of the outputs. */
  readonly linear: boolean;
}

/** @param outputs [N, W] of a head of points, else [N, W, C] */
export function outlookOf(outputs: ArrayLike<number>, settings: OutlookSettings, decode: Decode): Outlook {
  const { doubt, width } = settings;
  if (doubt === null || doubt.head === "point") {
    const point = decodeAll(outputs.length / width, width, (k) => outputs[k]!, decode);
    return { point, quantiles: (doubt?.levels ?? []).map(() => point), crps: null };
  }
  return doubt.head === "quantiles"
    ? ofQuantiles(outputs, doubt, width, decode)
    : ofDistribution(outputs, doubt.head, settings, decode);
}

function decodeAll(count: number, width: number, at: (k: number) => number, decode: Decode): Float64Array {
  const out = new Float64Array(count * width);
  for (let i = 0; i < count; i++)
    out.set(
      decode(
        i,
        Float64Array.from({ length: width }, (_, w) => at(i * width + w)),
      ),
      i * width,
    );
  return out;
}

/** Sorted, so that none crosses another: that never makes the pinball loss larger (Chernozhukov et al. 2010, proposition 4). */
function ofQuantiles(
  outputs: ArrayLike<number>,
  { levels, outputs: given }: Doubt,
  width: number,
  decode: Decode,
): Outlook {
  const Q = given.length;
  const sorted = Float64Array.from(outputs);
  for (let k = 0; k < sorted.length; k += Q) sorted.subarray(k, k + Q).sort();
  const at = (level: number) => {
    const q = given.indexOf(level);
    return decodeAll(sorted.length / Q / width, width, (k) => sorted[k * Q + q]!, decode);
  };
  return { point: at(0.5), quantiles: levels.map(at), crps: null };
}

/** Levels from which the CRPS is worked out where the decoded distribution has no closed form. */
const MANY = Array.from({ length: 39 }, (_, k) => (k + 1) / 40);

function ofDistribution(
  outputs: ArrayLike<number>,
  head: keyof typeof families,
  { doubt, width, linear }: OutlookSettings,
  decode: Decode,
): Outlook {
  const family = families[head];
  const P = family.parameters.length;
  const n = outputs.length / P;
  const all: Distribution[] = Array.from({ length: n }, (_, k) => family.at(outputs, k * P));
  const raw: Decode = family.counts ? (_, output) => output : decode;
  const at = (level: number) => decodeAll(n / width, width, (k) => all[k]!.quantile(level), raw);
  const crps = (truth: ArrayLike<number>) => {
    if (!family.counts && !linear) return crpsOfQuantiles(truth, MANY.map((level) => ({ level, values: at(level) }))); // prettier-ignore
    if (family.counts) return Float64Array.from(truth, (y, k) => all[k]!.crps(y));
    // raw = a + b · output, so that the score of raw values is b times that of the outputs
    const [zero, one] = [0, 1].map((value) => decodeAll(n / width, width, () => value, decode));
    return Float64Array.from(truth, (y, k) => {
      const b = one![k]! - zero![k]!;
      return b * all[k]!.crps((y - zero![k]!) / b);
    });
  };
  return { point: at(0.5), quantiles: doubt!.levels.map(at), crps };
}
