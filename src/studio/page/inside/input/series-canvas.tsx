import { useRef, useState } from "preact/hooks";
import { shortNumber } from "../../../ui/plots/index.js";

interface SeriesCanvasProps {
  readonly label: string;
  readonly values: readonly number[];
  /** What it was drawn over: says how far up and down one can draw, and stays as a pale line. */
  readonly origin: readonly number[];
  readonly onChange: (values: readonly number[]) => void;
}

const WIDTH = 1000;
const HEIGHT = 180;
/** Room above and below what was there, in parts of its range; and what an arrow key moves. */
const ROOM = 0.5;
const NUDGE = 0.02;

/** A line that can be drawn with the pointer, and moved step by step with the keys. */
export function SeriesCanvas({ label, values, origin, onChange }: SeriesCanvasProps) {
  const field = useRef<HTMLDivElement>(null);
  const last = useRef<{ step: number; value: number } | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const known = origin.filter(Number.isFinite);
  const [least, most] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const span = most - least || Math.abs(most) || 1;
  const [low, high] = [least - ROOM * span, most + ROOM * span];
  const x = (step: number) => ((step + 0.5) / values.length) * WIDTH;
  const y = (value: number) => (1 - (Math.max(low, Math.min(high, value)) - low) / (high - low)) * HEIGHT;
  const draw = (event: PointerEvent) => {
    const box = field.current!.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * values.length);
    const step = Math.max(0, Math.min(values.length - 1, place));
    const value = high - ((event.clientY - box.top) / box.height) * (high - low);
    onChange(drawn(values, last.current ?? { step, value }, { step, value: Math.max(low, Math.min(high, value)) }));
    last.current = { step, value };
    setAt(step);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = at ?? 0;
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (aside !== undefined) setAt(Math.max(0, Math.min(values.length - 1, step + aside)));
    else if (up !== undefined)
      onChange(
        values.map((value, i) =>
          i === step ? (Number.isNaN(value) ? (low + high) / 2 : value) + up * NUDGE * (high - low) : value,
        ),
      );
    else return;
    event.preventDefault();
  };
  const line = (of: readonly number[]) =>
    of.flatMap((value, i) => (Number.isFinite(value) ? [`${x(i)},${y(value)}`] : [])).join(" ");
  return (
    <div
      class="draw"
      ref={field}
      role="application"
      tabIndex={0}
      aria-label={label}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        last.current = null;
        draw(event);
      }}
      onPointerMove={(event) => event.buttons & 1 && draw(event)}
      onKeyDown={onKeyDown}
      onBlur={() => setAt(null)}
    >
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polyline class="draw-origin" points={line(origin)} />
        <polyline class="draw-line" points={line(values)} />
      </svg>
      {at !== null && Number.isFinite(values[at]) && (
        <span
          class="draw-point"
          style={{ left: `${(100 * x(at)) / WIDTH}%`, top: `${(100 * y(values[at]!)) / HEIGHT}%` }}
        />
      )}
      <span class="draw-value small tabular" aria-live="polite">
        {at !== null && Number.isFinite(values[at]) ? `${at + 1}: ${shortNumber(values[at]!)}` : ""}
      </span>
    </div>
  );
}

/** The pointer skips steps when it is quick: those between lie on a straight line. */
function drawn(
  values: readonly number[],
  from: { readonly step: number; readonly value: number },
  to: { readonly step: number; readonly value: number },
): number[] {
  const next = [...values];
  const [first, last] = from.step <= to.step ? [from, to] : [to, from];
  for (let i = first.step; i <= last.step; i++) {
    const share = last.step === first.step ? 1 : (i - first.step) / (last.step - first.step);
    next[i] = first.value + share * (last.value - first.value);
  }
  next[to.step] = to.value;
  return next;
}
