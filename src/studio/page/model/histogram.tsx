import type { Histogram } from "../../api/index.js";
import { count, figure } from "../../ui/format.js";
import { t } from "./texts.js";

const WIDTH = 240;
const HEIGHT = 64;

/** Bars from edge to edge; the place of zero is marked. */
export function HistogramChart({ label, histogram }: { readonly label: string; readonly histogram: Histogram }) {
  const { counts, edges } = histogram;
  const most = Math.max(1, ...counts);
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1];
  const x = (value: number) => ((value - low) / (high - low || 1)) * WIDTH;
  const zero = low < 0 && high > 0 ? x(0) : null;
  return (
    <div class="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {counts.map((n, i) => (
          <rect
            key={i}
            x={x(edges[i]!)}
            y={HEIGHT - (HEIGHT * n) / most}
            width={Math.max(0.5, x(edges[i + 1]!) - x(edges[i]!))}
            height={(HEIGHT * n) / most}
          >
            <title>{t("bin", { from: figure(edges[i], 3), to: figure(edges[i + 1], 3), count: count(n) })}</title>
          </rect>
        ))}
        {zero !== null && <line x1={zero} x2={zero} y1={0} y2={HEIGHT} />}
      </svg>
      <span class="histogram-ends tabular" aria-hidden="true">
        <span>{figure(low, 2)}</span>
        {zero !== null && <span style={{ left: `${(100 * zero) / WIDTH}%` }}>0</span>}
        <span>{figure(high, 2)}</span>
      </span>
    </div>
  );
}
