import { useMemo, useRef } from "preact/hooks";
import { heightOf, lineAt, passes, pathOf, type Brush, type Field, type Places } from "./parallel-geometry.js";
import { ParallelBrush } from "./parallel-brush.js";
import { useWidth } from "./width.js";

export type { Brush } from "./parallel-geometry.js";

export interface ParallelAxis {
  readonly name: string;
  readonly marks: readonly { readonly at: number; readonly text: string }[];
  /** Places that arrow keys go through, such as those of categories; else they go in small steps. */
  readonly stops?: readonly number[];
  /** Stands where lines run that have no place on the axis. */
  readonly none?: string;
  /** What is read out for a place. */
  textAt(place: number): string;
}

export interface ParallelLine {
  readonly key: number;
  readonly places: Places;
  /** Where it is drawn, if beside its places: lines of one category fan out. */
  readonly drawn?: Places;
  /** From 0, pale, to 1; null for a line that is drawn apart, such as one that failed. */
  readonly shade: number | null;
  /** The one that stands out. */
  readonly marked?: boolean;
}

export interface ParallelProps {
  /** What is shown; read out. */
  label: string;
  axes: readonly ParallelAxis[];
  /** Drawn in this order. */
  lines: readonly ParallelLine[];
  brushes: readonly Brush[];
  onBrush(axis: number, brush: Brush): void;
  /** Key of the line that is pointed at, here or elsewhere. */
  pointed: number | null;
  onPoint(key: number | null): void;
  /** A line was clicked. */
  onChoose?(key: number): void;
  /** Words for readers: "from", "to". */
  words: { readonly from: string; readonly to: string };
  /** Stands above a picture that is wider than its place. */
  scrolls: string;
}

const HEIGHT = 352;
const TOP = 44;
const BOTTOM = 56;
const SIDE = 64;
/** Axes that stand closer cannot be told apart; the picture scrolls then. */
const CLOSEST = 104;
const NONE_GAP = 36;
const REACH = 9;
/** More lines are drawn finer. */
const MANY = 100;

/** Parallel coordinates: an axis for each dimension, a line for each point; a part of an axis can be marked, by hand or by keys. */
export function Parallel(props: ParallelProps) {
  const { label, axes, lines, brushes, pointed, onPoint, onChoose } = props;
  const frame = useRef<HTMLDivElement>(null);
  const visible = useWidth(frame);
  const width = Math.max(visible, 2 * SIDE + CLOSEST * (axes.length - 1));
  const field = useMemo(() => fieldOf(width, axes), [width, axes]);
  const paths = useMemo(() => lines.map(({ places, drawn }) => pathOf(field, drawn ?? places)), [field, lines]);
  const shown = useMemo(() => lines.map(({ places }) => passes(places, brushes)), [lines, brushes]);
  const at = ({ clientX, clientY, currentTarget }: MouseEvent): number | null => {
    const box = (currentTarget as Element).getBoundingClientRect();
    const places = lines.map(({ places, drawn }, i) => (shown[i] ? (drawn ?? places) : places.map(() => Number.NaN)));
    const found = lineAt(field, places, clientX - box.left, clientY - box.top, REACH);
    return found === null ? null : lines[found]!.key;
  };
  const line = (i: number) => {
    const { key, shade, marked = false } = lines[i]!;
    const kind = [shade === null && "failed", marked && "marked", key === pointed && "pointed", !shown[i] && "out"];
    return (
      <path
        key={key}
        d={paths[i]}
        class={kind.filter(Boolean).join(" ")}
        style={shade === null ? undefined : { "--shade": `${Math.round(100 * shade)}%` }}
      />
    );
  };
  const order = lines.map((_, i) => i);
  const front = order.find((i) => lines[i]!.key === pointed && shown[i]);
  const wider = visible > 0 && width > visible;
  const picture = (
    <div
      class={`parallel scroll${wider ? " wider" : ""}`}
      ref={frame}
      role="group"
      aria-label={label}
      tabIndex={wider ? 0 : undefined}
    >
      {visible > 0 && (
        <div class="parallel-field" style={{ width: `${width}px`, height: `${HEIGHT}px` }}>
          <svg
            width={width}
            height={HEIGHT}
            aria-hidden="true"
            onPointerMove={(event) => onPoint(at(event))}
            onPointerLeave={() => onPoint(null)}
            onClick={(event) => {
              const key = at(event);
              if (key !== null) onChoose?.(key);
            }}
          >
            <g class={`parallel-lines${lines.length > MANY ? " many" : ""}`}>
              {order.filter((i) => !shown[i]).map(line)}
              {order.filter((i) => shown[i] && i !== front).map(line)}
              {front !== undefined && line(front)}
            </g>
            {axes.map((axis, i) => (
              <Axis key={axis.name} axis={axis} field={field} x={field.x[i]!} last={i === axes.length - 1} />
            ))}
          </svg>
          {axes.map((axis, i) => (
            <ParallelBrush
              key={axis.name}
              axis={axis}
              field={field}
              x={field.x[i]!}
              room={i === 0 || i === axes.length - 1 ? 2 * SIDE : spacing(field)}
              brush={brushes[i] ?? null}
              onBrush={(brush) => props.onBrush(i, brush)}
              words={props.words}
            />
          ))}
        </div>
      )}
    </div>
  );
  return (
    <>
      {wider && <p class="small muted parallel-scrolls">{props.scrolls}</p>}
      {picture}
    </>
  );
}

function fieldOf(width: number, axes: readonly ParallelAxis[]): Field {
  const step = axes.length < 2 ? 0 : (width - 2 * SIDE) / (axes.length - 1);
  const bottom = HEIGHT - BOTTOM;
  return { x: axes.map((_, i) => Math.round(SIDE + i * step)), top: TOP, bottom, none: bottom + NONE_GAP };
}

const spacing = ({ x }: Field): number => (x.length < 2 ? 2 * SIDE : x[1]! - x[0]!) - 8;

function Axis(props: {
  readonly axis: ParallelAxis;
  readonly field: Field;
  readonly x: number;
  readonly last: boolean;
}) {
  const { axis, field, x, last } = props;
  // Beside the last axis there are no lines, and room on its right as well.
  const side = last ? 9 : -9;
  const text = (y: number, words: string, kind = "") => (
    <text key={`${y} ${words}`} x={x + side} y={y} class={kind} text-anchor={last ? "start" : "end"}>
      {words}
    </text>
  );
  return (
    <g class="parallel-axis">
      <line x1={x} x2={x} y1={field.top} y2={field.bottom} />
      {axis.marks.map(({ at, text: words }) => (
        <g key={`${at} ${words}`}>
          <circle cx={x} cy={heightOf(field, at)} r={axis.stops ? 3.5 : 1.5} />
          {text(heightOf(field, at), words)}
        </g>
      ))}
      {axis.none !== undefined && (
        <g>
          <circle cx={x} cy={field.none} r="3" class="none" />
          {text(field.none, axis.none, "none")}
        </g>
      )}
    </g>
  );
}
