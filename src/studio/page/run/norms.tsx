/** Gradient norms as a heat map: steps of time from left to right, epochs from top to bottom. */
import { useMemo } from "preact/hooks";
import type { GradientNormRow } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { HeatMap } from "../../ui/plots/index.js";
import { t } from "./texts.js";

/** Rows and columns beyond these cannot be told apart on a screen. */
const MOST_ROWS = 60;
const MOST_COLUMNS = 240;
const HEIGHT_PX = 200;

interface Field {
  readonly layer: string;
  /** [steps, epochs], log₁₀; NaN where a gradient is exactly zero, as in a first epoch whose output layer begins at zero. */
  readonly values: Float32Array;
  readonly epochs: readonly number[];
  /** How far each column lies before the last step. */
  readonly lags: readonly number[];
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

/** Of many epochs and of long sequences every n-th. */
function fieldOf(layer: string, rows: readonly GradientNormRow[]): Field {
  const shown = thinned(rows, MOST_ROWS);
  const longest = Math.max(1, ...shown.map(({ norms }) => norms.length));
  const lags = thinned(
    Array.from({ length: longest }, (_, i) => longest - 1 - i),
    MOST_COLUMNS,
  );
  const values = new Float32Array(lags.length * shown.length).fill(Number.NaN);
  lags.forEach((lag, column) => {
    shown.forEach(({ norms }, row) => {
      const norm = norms[norms.length - 1 - lag];
      if (norm) values[column * shown.length + row] = Math.log10(norm);
    });
  });
  const [low, high] = values
    .filter((value) => !Number.isNaN(value))
    .reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  const range: Field["range"] = low < high ? [low, high] : [low - 1, low + 1];
  return { layer, values, epochs: shown.map(({ epoch }) => epoch), lags, range: low === Infinity ? [0, 1] : range };
}

function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  const every = Math.ceil(items.length / most);
  return every <= 1 ? items : items.filter((_, i) => i % every === 0 || i === items.length - 1);
}

interface NormsProps {
  readonly rows: readonly GradientNormRow[];
  /** Whether the run keeps them: the first come at the end of its first epoch. */
  readonly kept: boolean;
}

export function Norms({ rows, kept }: NormsProps) {
  const fields = useMemo(() => fieldsOf(rows), [rows]);
  return (
    <Card title={t("norms")}>
      <div class="stack">
        <p class="small muted measure">{t(kept ? "normsHelp" : "normsNone")}</p>
        {kept && fields.length === 0 && <p class="small muted">{t("normsLater")}</p>}
        {fields.map(({ layer, values, epochs, lags, range }) => (
          <figure key={layer}>
            <figcaption class="row wrap between small">
              <span>{t("normsLabel", { layer })}</span>
              <span class="muted tabular">
                {t("normsAxes", { first: epochs[0]! + 1, last: epochs.at(-1)! + 1, steps: lags.length })}
              </span>
            </figcaption>
            <HeatMap
              label={t("normsLabel", { layer })}
              values={values}
              steps={lags.length}
              units={epochs.length}
              scale="sequential"
              range={range}
              stepLabels={lags.map((lag) => (lag === 0 ? "0" : `−${lag}`))}
              rowName={(row) => `${t("epoch")} ${epochs[row]! + 1}`}
              rowHeight={Math.max(3, Math.min(14, Math.floor(HEIGHT_PX / epochs.length)))}
            />
          </figure>
        ))}
      </div>
    </Card>
  );
}
