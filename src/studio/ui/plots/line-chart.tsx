import "uplot/dist/uPlot.min.css";
import { isDark } from "../theme.js";
import uPlot from "uplot";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { alignedData, chartOptions, colourName, type Band, type Line, type Region } from "./line-options.js";
import { shortNumber } from "./number.js";
import { useWidth } from "./width.js";

export interface LineChartProps {
  /** What is shown; read out together with the last value of every line. */
  label: string;
  /** Rising, shared by all lines. */
  x: ArrayLike<number>;
  lines: readonly Line[];
  bands?: readonly Band[];
  regions?: readonly Region[];
  /** Logarithmic in y; values that are not above 0 are left out. */
  log?: boolean;
  xLabel?: string;
  yLabel?: string;
  /** What is written for an x: below the axis and at the cursor. */
  xText?: (x: number) => string;
  /** What is written for a y in the legend. Default: three digits. */
  yText?: (y: number) => string;
  /** In CSS pixels, without the legend. Default 200. */
  height?: number;
  /** Index into x that is marked when nothing is pointed at. */
  step?: number | null;
  /** Index into x that was clicked, or reached by the arrow keys. */
  onStep?: (index: number) => void;
  legend?: boolean;
}

/** Lines over a common x, redrawn as their values grow; with a cursor for mouse, touch and keyboard. */
export function LineChart(props: LineChartProps) {
  const { label, x, lines, bands = [], log = false, xLabel, yLabel, xText, height = 200, legend = true } = props;
  const { yText = shortNumber, step = null, regions = [] } = props;
  const field = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const width = useWidth(field);
  const dark = isDark();
  const look = JSON.stringify([
    lines.map((line) => ({ ...line, values: null })),
    bands,
    regions,
    log,
    xLabel,
    yLabel,
    height,
  ]);

  useLayoutEffect(() => {
    if (width === 0) return;
    const axes = { whole: Array.from(x).every(Number.isInteger), regions, log, xLabel, yLabel, xText };
    const options = chartOptions({ width, height }, lines, bands, axes, setPointed);
    chart.current = new uPlot(options, alignedData(x, lines, log), field.current!);
    return () => {
      chart.current?.destroy();
      chart.current = null;
    };
  }, [look, dark, width > 0]);

  useLayoutEffect(() => {
    if (width > 0) chart.current?.setSize({ width, height });
  }, [width, height]);

  useLayoutEffect(() => chart.current?.setData(alignedData(x, lines, log)), [x, ...lines.map(({ values }) => values)]);

  useLayoutEffect(() => {
    if (step !== null) point(chart.current, x[step]);
  }, [step, x, width, look, dark]);

  const at = pointed ?? step ?? x.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const change = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (change === 0 || x.length === 0) return;
    const next = Math.max(0, Math.min(x.length - 1, at + change));
    point(chart.current, x[next]);
    props.onStep?.(next);
    event.preventDefault();
  };
  const valueAt = ({ values }: Line, i: number) => {
    const value = values[i];
    return value === null || value === undefined || Number.isNaN(value) ? "" : yText(value);
  };
  const told = lines.filter(({ edge }) => !edge);
  const summary = told.map((line) => `${line.label} ${valueAt(line, x.length - 1)}`).join(", ");

  return (
    <div class="line-chart">
      {legend && <Legend lines={lines} text={(line) => valueAt(line, at)} />}
      <div
        class="line-chart-field"
        ref={field}
        role="application"
        tabIndex={0}
        aria-label={x.length > 0 ? `${label}: ${summary}` : label}
        style={{ height: `${height}px` }}
        onKeyDown={onKeyDown}
        onClick={() => pointed !== null && props.onStep?.(pointed)}
      />
    </div>
  );
}

function point(chart: uPlot | null, x: number | undefined): void {
  if (chart && x !== undefined) chart.setCursor({ left: chart.valToPos(x, "x"), top: chart.over.clientHeight / 2 });
}

function Legend({ lines, text }: { lines: readonly Line[]; text: (line: Line) => string }) {
  return (
    <ul class="line-chart-legend">
      {lines.map((line, i) =>
        line.edge ? null : (
          <li key={line.label}>
            <i
              class={line.points ? "dots" : line.dashed ? "dashed" : ""}
              style={{ color: `var(${colourName(line.colour ?? i + 1)})` }}
            />
            {line.label} <b>{text(line)}</b>
          </li>
        ),
      )}
    </ul>
  );
}
