import type { ForecastReply, Maybe } from "../../api/index.js";
import type { Band, Line } from "../../ui/plots/index.js";
import { bandLines } from "./bands.js";
import type { Origin } from "./errors.js";

/** Of the past so many times the horizon are shown before the forecast. */
const PAST_TIMES = 5;

export interface OriginChart {
  readonly x: readonly number[];
  readonly labels: readonly (string | number)[];
  readonly lines: readonly Line[];
  readonly bands: readonly Band[];
}

/** What was known at the origin, what was foreseen there, and what came. */
export function originChart({ past }: ForecastReply, origin: Origin, truthName: string): OriginChart {
  const horizon = origin.x.length;
  const first = past.x.indexOf(origin.x[0]!);
  // Of what is known only later nothing is left: it comes as the truth.
  const end = first >= 0 ? first : past.x.length;
  const begin = Math.max(0, end - PAST_TIMES * Math.max(horizon, 4));
  const before = past.y.slice(begin, end);
  const gap: readonly Maybe[] = before.map(() => null);
  const joined = (values: readonly Maybe[]) => [...gap.slice(1), ...before.slice(-1), ...values];
  const placed = before.length === 0 ? (values: readonly Maybe[]) => values : joined;
  const own: Line[] = [
    { label: truthName, values: [...before, ...origin.truth], colour: 1 },
    ...origin.forecasts.map(({ name, y }, k) => ({
      label: name,
      values: placed(y),
      colour: k + 2,
      dashed: k > 0,
      width: k === 0 ? 2.5 : 1.5,
    })),
  ];
  const { lines, bands } = bandLines(origin.bands, own.length, 2, placed);
  const labels = [...past.x.slice(begin, end), ...origin.x];
  return { x: labels.map((_, i) => i), labels, lines: [...own, ...lines], bands };
}
