/** The columns of a table: what they hold, what is missing, and how the values lie. */
import type { ColumnFacts, DataReply, Histogram } from "../../api/index.js";
import { Card } from "../../ui/card.js";
import { count, figure, NONE, percent } from "../../ui/format.js";
import { t } from "./texts.js";

type TableFacts = Extract<DataReply["facts"], { kind: "table" }>;

interface ColumnsProps {
  readonly facts: TableFacts;
  readonly histograms: DataReply["histograms"];
}

export function Columns({ facts, histograms }: ColumnsProps) {
  return (
    <Card title={t("columns")} flush>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("columns")}>
        <table class="table columns">
          <thead>
            <tr>
              <th>{t("name")}</th>
              <th>{t("type")}</th>
              <th class="number">{t("missing")}</th>
              <th class="number">{t("distinct")}</th>
              <th>{t("range")}</th>
              <th>{t("distribution")}</th>
            </tr>
          </thead>
          <tbody>
            {facts.columns.map((column) => (
              <tr key={column.name}>
                <th scope="row" class="break">
                  {column.name}
                </th>
                <td class="muted">{t(column.type)}</td>
                <td class="number">
                  <Missing missing={column.missing} rows={facts.rows} />
                </td>
                <td class="number">{column.distinct === null ? NONE : count(column.distinct)}</td>
                <td class="tabular range">
                  <Range column={column} />
                </td>
                <td>
                  <Distribution column={column} histogram={histograms[column.name]} rows={facts.rows} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Missing({ missing, rows }: { readonly missing: number; readonly rows: number }) {
  if (missing === 0) return <span class="muted">{t("none")}</span>;
  return (
    <span class="missing">
      {count(missing)} <span class="muted">{percent(missing / rows, 1)}</span>
    </span>
  );
}

/** Words of a text that is a name rather than a sentence, and how many of such names are told. */
const SHORT = 3;
const MOST_NAMES = 5;

/** Of a column of texts that are names rather than sentences: how often each comes. */
export function classNames({ type, words, classes }: ColumnFacts): ColumnFacts["classes"] {
  return type === "text" && words && words.greatest <= SHORT && classes && classes.length > 0 ? classes : undefined;
}

function Range({ column }: { readonly column: ColumnFacts }) {
  const { range, dates, words } = column;
  if (range)
    return (
      <>
        {figure(range.least, 3)} … {figure(range.greatest, 3)}
        <span class="muted under">{t("mean", { value: figure(range.mean, 3) })}</span>
      </>
    );
  if (dates)
    return (
      <>
        {dates.first.slice(0, 10)} … {dates.last.slice(0, 10)}
        <span class={dates.gaps > 0 || !dates.ordered ? "under warn-text" : "under muted"}>
          {[
            dates.step && t("step", { step: dates.step }),
            dates.gaps > 0 && t("gaps", { count: dates.gaps }),
            !dates.ordered && t("unordered"),
            dates.id !== null && t("series", { column: dates.id }),
          ]
            .filter(Boolean)
            .join(", ")}
        </span>
      </>
    );
  const classes = classNames(column);
  if (classes)
    return (
      <>
        {classes
          .slice(0, MOST_NAMES)
          .map(({ value }) => value)
          .join(", ")}
      </>
    );
  if (words) return <>{t("wordsEach", { least: words.least, median: words.median, greatest: words.greatest })}</>;
  return <>{NONE}</>;
}

/** Classes whose part cannot be seen are one. */
const MOST_CLASSES = 7;

function Distribution(props: { column: ColumnFacts; histogram: Histogram | undefined; rows: number }) {
  const { column, histogram, rows } = props;
  const classes = classNames(column);
  if (!classes) return histogram ? <HistogramBars name={column.name} histogram={histogram} /> : null;
  const shown = classes.slice(0, MOST_CLASSES);
  const text = shown.map((one) => `${one.value} ${percent(one.count / rows, 1)}`).join(", ");
  return (
    <span class="shares" role="img" aria-label={text} title={text}>
      {shown.map((one, i) => (
        <i key={one.value} style={{ flexGrow: one.count, background: `var(--data-${(i % 8) + 1})` }} />
      ))}
      {classes.length > shown.length && (
        <i class="rest" style={{ flexGrow: classes.slice(MOST_CLASSES).reduce((sum, one) => sum + one.count, 0) }} />
      )}
    </span>
  );
}

const WIDTH = 132;
const HEIGHT = 28;

export function HistogramBars({ name, histogram }: { readonly name: string; readonly histogram: Histogram }) {
  const { counts, edges } = histogram;
  const most = Math.max(1, ...counts);
  const wide = WIDTH / counts.length;
  const label = t("histogram", { name, least: figure(edges[0], 3), greatest: figure(edges.at(-1), 3) });
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      {counts.map((value, i) => (
        <rect
          key={i}
          x={i * wide}
          width={Math.max(0.5, wide - 1)}
          // One value among thousands is still to be seen.
          height={value === 0 ? 0 : Math.max(1, (value / most) * HEIGHT)}
          y={HEIGHT - (value === 0 ? 0 : Math.max(1, (value / most) * HEIGHT))}
        >
          <title>{`${figure(edges[i], 3)} … ${figure(edges[i + 1], 3)}: ${count(value)}`}</title>
        </rect>
      ))}
    </svg>
  );
}
