import type { Maybe } from "../../api/index.js";

const WIDTH = 96;
const HEIGHT = 24;
const MARGIN = 3;
/** More points than this cannot be told apart. */
const POINTS = 120;

/** A curve as wide as a word: its course, and a point where it stands now. */
export function Sparkline({ values, label }: { readonly values: readonly Maybe[]; readonly label: string }) {
  const every = Math.max(1, Math.ceil(values.length / POINTS));
  const kept = values
    .map((value, i) => ({ value, i }))
    .filter(({ value, i }) => value !== null && (i % every === 0 || i === values.length - 1));
  const numbers = kept.map(({ value }) => value!);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const across = (i: number) => MARGIN + (i / Math.max(1, values.length - 1)) * (WIDTH - 2 * MARGIN);
  const down = (value: number) => MARGIN + ((high - value) / (high - low || 1)) * (HEIGHT - 2 * MARGIN);
  const points = kept.map(({ value, i }) => `${across(i).toFixed(1)},${down(value!).toFixed(1)}`);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      {points.length > 1 && <polyline points={points.join(" ")} />}
      {points.length > 0 && <circle cx={points.at(-1)!.split(",")[0]} cy={points.at(-1)!.split(",")[1]} r="2" />}
    </svg>
  );
}
