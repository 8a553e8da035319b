/** Gradient norms as a heat map: epochs from left to right, steps of time from top to bottom. */
import { useMemo } from "preact/hooks";
import type { GradientNormRow } from "../../api.js";
import { Card } from "../../ui/card.js";
import { HeatMap } from "../../ui/plots/index.js";
import { t } from "./texts.js";

/** Rows and columns beyond these cannot be told apart on a screen. */
const MOST_ROWS = 64;
const MOST_COLUMNS = 400;
/** Below this the gradient has vanished for float32's purposes; its logarithm would take all the colours. */
const LEAST = 1e-12;

interface Field {
  readonly layer: string;
  /** [epochs, steps], log₁₀. */
  readonly values: Float32Array;
  readonly epochs: readonly number[];
  readonly steps: number;
  readonly range: readonly [number, number];
}

function fieldsOf(rows: readonly GradientNormRow[]): Field[] {
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  return layers.map((layer) =>
    fieldOf(
      layer,
      rows.filter((row) => row.layer === layer),
    ),
  );
}

/** The last row of each epoch, in columns; of long sequences every n-th step. */
function fieldOf(layer: string, rows: readonly GradientNormRow[]): Field {
  const byEpoch = [...new Map(rows.map((row) => [row.epoch, row])).values()];
  const columns = thinned(byEpoch, MOST_COLUMNS);
  const longest = Math.max(1, ...columns.map(({ norms }) => norms.length));
  const steps = Math.min(MOST_ROWS, longest);
  const values = new Float32Array(columns.length * steps).fill(Number.NaN);
  columns.forEach(({ norms }, c) => {
    for (let r = 0; r < steps; r++) {
      const norm = norms[Math.floor((r * norms.length) / steps)];
      if (norm !== null && norm !== undefined) values[c * steps + r] = Math.log10(Math.max(LEAST, norm));
    }
  });
  const known = values.filter((value) => !Number.isNaN(value));
  const [low, high] = known.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity]);
  const range: [number, number] = known.length > 0 ? [low, Math.max(high, low + 1e-6)] : [0, 1];
  return { layer, values, epochs: columns.map(({ epoch }) => epoch), steps, range };
}

function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  const every = Math.ceil(items.length / most);
  return every <= 1 ? items : items.filter((_, i) => i % every === 0 || i === items.length - 1);
}

export function Norms({ rows }: { readonly rows: readonly GradientNormRow[] }) {
  const fields = useMemo(() => fieldsOf(rows), [rows]);
  if (fields.length === 0) return null;
  return (
    <Card title={t("norms")}>
      <div class="stack">
        <p class="small muted measure">{t("normsHelp")}</p>
        {fields.map(({ layer, values, epochs, steps, range }) => (
          <figure key={layer}>
            <figcaption class="small mono">{t("normsLabel", { layer })}</figcaption>
            <HeatMap
              label={t("normsLabel", { layer })}
              values={values}
              steps={epochs.length}
              units={steps}
              scale="sequential"
              range={range}
              stepLabels={epochs.map((epoch) => String(epoch + 1))}
              rowHeight={Math.max(3, Math.min(14, Math.floor(180 / steps)))}
            />
          </figure>
        ))}
      </div>
    </Card>
  );
}
