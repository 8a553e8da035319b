import { isDark } from "../theme.js";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { paint } from "./heat-map-canvas.js";
import { shortNumber } from "./number.js";
import { cssGradient, type Scale } from "./palette.js";
import { StepLabels } from "./step-labels.js";
import { useWidth } from "./width.js";
import { word } from "./words.js";

export interface HeatMapProps {
  /** What is shown, such as "keep share of layer gru"; read out to those who do not see it. */
  label: string;
  /** [steps, units], row-major, as in LayerTrace.signals. */
  values: ArrayLike<number>;
  steps: number;
  units: number;
  /** "sequential" for gates in 0 … 1, "diverging" for states in −1 … 1. */
  scale: Scale;
  /** The values at the ends of the colours. Default: [0, 1], or [−1, 1] when diverging. */
  range?: readonly [low: number, high: number];
  /** Names of the steps, such as the characters of a text. Default: their numbers, from 1. */
  stepLabels?: readonly string[];
  /** The step that is marked; hold it in the page to keep several maps together. */
  step?: number | null;
  /** A step was clicked, dragged to, or reached by the arrow keys. */
  onStep?: (step: number) => void;
  /** A unit was clicked, in the map or its margin, or Enter was pressed on it. */
  onUnit?: (unit: number) => void;
  /** Units from top to bottom. Default: as they are numbered. */
  rows?: readonly number[];
  /** Steps [from, to) that are chosen together. */
  span?: readonly [from: number, to: number] | null;
  /** Steps were chosen by a drag or by arrow keys with Shift held down; without Shift where `spanning`. */
  onSpan?: (span: readonly [from: number, to: number]) => void;
  spanning?: boolean;
  /** Marks in the margin: what was done to a unit. */
  unitMarks?: ReadonlyMap<number, "pinned" | "ablated" | "chosen">;
  /** What a row is called, where rows are no units. */
  rowName?: (row: number) => string;
  /** Height of a unit in CSS pixels. Default: what makes the map about 150 pixels high, 5 to 16. */
  rowHeight?: number;
  /** What the ends of the colours mean, in the legend. Default: their values. */
  ends?: readonly [low: string, high: string];
  /** Leave out the legend of colours, where several maps with one scale stand together. */
  plain?: boolean;
}

interface Cell {
  step: number;
  unit: number;
}

/** Where a drag began. */
interface Press {
  readonly step: number;
  readonly spans: boolean;
  moved: boolean;
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));
const HEIGHT_PX = 150;

/** Units × steps of one signal as colours, with a cursor for mouse, touch and keyboard. */
export function HeatMap(props: HeatMapProps) {
  const { label, values, steps, units, scale, step = null, stepLabels, onStep, onUnit, unitMarks, rows } = props;
  const { span = null, onSpan, spanning = false, rowName = (unit) => `${word("unit")} ${unit + 1}` } = props;
  const [low, high] = props.range ?? (scale === "diverging" ? [-1, 1] : [0, 1]);
  const rowHeight = props.rowHeight ?? Math.max(5, Math.min(16, Math.floor(HEIGHT_PX / Math.max(1, units))));
  const height = rowHeight * units;
  const field = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(field);
  const [cursor, setCursor] = useState<Cell | null>(null);
  const press = useRef<Press | null>(null);
  const dark = isDark();
  const places = useMemo(() => rows && Array.from(rows.keys()).sort((a, b) => rows[a]! - rows[b]!), [rows]);
  const unitAt = (row: number) => rows?.[row] ?? row;
  const rowOf = (unit: number) => places?.[unit] ?? unit;

  useLayoutEffect(() => {
    paint(canvas.current!, { values, steps, units, rows, scale, low, high }, width, height);
  }, [values, steps, units, rows, scale, low, high, width, height, dark]);

  const cellAt = (event: PointerEvent): Cell => {
    const box = field.current!.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * steps);
    const row = Math.floor(((event.clientY - box.top) / box.height) * units);
    return { step: clamp(column, steps), unit: unitAt(clamp(row, units)) };
  };
  const move = (cell: Cell) => {
    if (cell.step !== cursor?.step || cell.unit !== cursor.unit) setCursor(cell);
  };
  const stretch = (a: number, b: number) => onSpan?.([Math.min(a, b), Math.max(a, b) + 1]);
  const onPointer = (event: PointerEvent) => {
    const cell = cellAt(event);
    move(cell);
    if (!(event.buttons & 1)) return;
    if (event.type === "pointerdown") {
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      press.current = { step: cell.step, spans: onSpan !== undefined && (spanning || event.shiftKey), moved: false };
    }
    const begun = press.current;
    if (begun && cell.step !== begun.step) begun.moved = true;
    if (begun?.spans) stretch(begun.step, cell.step);
    else if (cell.step !== step) onStep?.(cell.step);
  };
  const onRelease = (event: PointerEvent) => {
    if (press.current && !press.current.moved && !press.current.spans) onUnit?.(cellAt(event).unit);
    press.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursor ?? { step: step ?? 0, unit: 0 };
    const place = movedCell(event.key, { step: at.step, unit: rowOf(at.unit) }, steps, units);
    if (place) {
      const moved = { step: place.step, unit: unitAt(place.unit) };
      move(moved);
      if (onSpan && (event.shiftKey || spanning) && moved.step !== at.step) {
        const [from, to] = span ?? [at.step, at.step + 1];
        stretch(at.step === from && to - from > 1 ? to - 1 : at.step === to - 1 ? from : at.step, moved.step);
      }
      if (moved.step !== at.step || step === null) onStep?.(moved.step);
    } else if (event.key === "Enter" || event.key === " ") onUnit?.(at.unit);
    else return;
    event.preventDefault();
  };
  const say = ({ step, unit }: Cell) => {
    const name = stepLabels?.[step];
    const where = `${word("step")} ${step + 1}${!name ? "" : ` “${name}”`}`;
    return `${rowName(unit)}, ${where}: ${shortNumber(values[step * units + unit]!)}`;
  };
  const at = cursor && cursor.step < steps && cursor.unit < units ? cursor : null;
  const percent = (part: number, whole: number) => `${(100 * part) / whole}%`;

  return (
    <div class="heat-map" style={{ "--rows": units, "--row-height": `${rowHeight}px` }}>
      <div
        class="heat-map-margin"
        data-active={onUnit !== undefined}
        onPointerDown={(event) => onUnit?.(cellAt(event).unit)}
        aria-hidden="true"
      >
        {[...(unitMarks ?? [])].map(([unit, mark]) => (
          <span key={unit} class={`heat-map-mark ${mark}`} style={{ top: percent(rowOf(unit) + 0.5, units) }} />
        ))}
        {at && (
          <span class="heat-map-unit" style={{ top: percent(rowOf(at.unit) + 0.5, units) }}>
            {at.unit + 1}
          </span>
        )}
      </div>
      <div
        class="heat-map-field"
        ref={field}
        style={{ height: `${height}px` }}
        role="application"
        tabIndex={0}
        aria-label={`${label}; ${rowName(0)} – ${rowName(units - 1)}, ${word("step")} 1–${steps}`}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onPointerUp={onRelease}
        onPointerLeave={() => setCursor(null)}
        onKeyDown={onKeyDown}
        onBlur={() => setCursor(null)}
      >
        <canvas ref={canvas} aria-hidden="true" />
        {span && (
          <i
            class="heat-map-span"
            style={{ left: percent(span[0], steps), width: percent(span[1] - span[0], steps) }}
          />
        )}
        {step !== null && step < steps && (
          <i class="heat-map-step" style={{ left: percent(step, steps), width: percent(1, steps) }} />
        )}
        {at && (
          <i
            class="heat-map-cell"
            style={{
              left: percent(at.step, steps),
              top: percent(rowOf(at.unit), units),
              width: percent(1, steps),
              height: percent(1, units),
            }}
          />
        )}
      </div>
      {stepLabels && <StepLabels labels={stepLabels} width={width} step={at?.step ?? step} />}
      <p class="heat-map-foot">
        <span aria-live="polite">{at ? say(at) : ""}</span>
        {!props.plain && (
          <span class="heat-map-legend" aria-hidden="true">
            {props.ends?.[0] ?? shortNumber(low)}
            <i style={{ background: cssGradient(scale) }} />
            {props.ends?.[1] ?? shortNumber(high)}
          </span>
        )}
      </p>
    </div>
  );
}

function movedCell(key: string, { step, unit }: Cell, steps: number, units: number): Cell | null {
  if (key === "ArrowLeft") return { step: clamp(step - 1, steps), unit };
  if (key === "ArrowRight") return { step: clamp(step + 1, steps), unit };
  if (key === "ArrowUp") return { step, unit: clamp(unit - 1, units) };
  if (key === "ArrowDown") return { step, unit: clamp(unit + 1, units) };
  if (key === "Home") return { step: 0, unit };
  if (key === "End") return { step: steps - 1, unit };
  return null;
}
