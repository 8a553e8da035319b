import { useRef } from "preact/hooks";
import { heightOf, type Brush, type Field } from "./parallel-geometry.js";
import type { ParallelAxis } from "./parallel.js";

interface BrushProps {
  readonly axis: ParallelAxis;
  readonly field: Field;
  readonly x: number;
  /** Width for the axis' name. */
  readonly room: number;
  readonly brush: Brush;
  onBrush(brush: Brush): void;
  readonly words: { readonly from: string; readonly to: string };
}

/** A shorter stroke is a click, which takes the mark away. */
const SHORTEST = 0.02;
/** Of arrow keys where there are no stops. */
const STEP = 0.05;
const ALL: readonly [number, number] = [0, 1];

/** Marks a part of one axis: dragged along the axis, or moved at its two ends with arrow keys. */
export function ParallelBrush({ axis, field, x, room, brush, onBrush, words }: BrushProps) {
  const begun = useRef<{ readonly fixed: number; readonly at: number } | null>(null);
  const [low, high] = brush ?? ALL;
  const set = (a: number, b: number) => {
    const next = [Math.min(a, b), Math.max(a, b)] as const;
    onBrush(next[0] <= 0 && next[1] >= 1 ? null : next);
  };
  const placeAt = ({ clientY, currentTarget }: PointerEvent) => {
    const frame = (currentTarget as HTMLElement).closest(".parallel-field")!.getBoundingClientRect();
    const place = (field.bottom - (clientY - frame.top)) / (field.bottom - field.top);
    return Math.max(0, Math.min(1, place));
  };
  /** @param fixed the end that stays; null: where the stroke begins */
  const begin = (event: PointerEvent, fixed: number | null) => {
    const at = placeAt(event);
    begun.current = { fixed: fixed ?? at, at };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    if (begun.current === null) return;
    const at = placeAt(event);
    if (Math.abs(at - begun.current.at) >= SHORTEST) set(begun.current.fixed, at);
  };
  const end = (event: PointerEvent, click: () => void) => {
    const from = begun.current;
    begun.current = null;
    if (from !== null && Math.abs(placeAt(event) - from.at) < SHORTEST) click();
  };
  const thumb = (which: "from" | "to") => {
    const [own, other] = which === "from" ? [low, high] : [high, low];
    return (
      <span
        class={`parallel-thumb ${which}${brush ? " set" : ""}`}
        style={{ left: `${x}px`, top: `${heightOf(field, own)}px` }}
        role="slider"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={`${axis.name}: ${words[which]}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * own)}
        aria-valuetext={axis.textAt(own)}
        onPointerDown={(event) => begin(event, other)}
        onPointerMove={move}
        onPointerUp={(event) => end(event, () => undefined)}
        onKeyDown={(event) => {
          if (event.key === "Escape" || event.key === "Delete") onBrush(null);
          else {
            const next = moved(axis, own, event.key);
            if (next === null) return;
            set(which === "from" ? Math.min(next, other) : Math.max(next, other), other);
          }
          event.preventDefault();
        }}
      />
    );
  };
  return (
    <>
      <span class="parallel-name" style={{ left: `${x}px`, maxWidth: `${room}px` }} title={axis.name}>
        {axis.name}
      </span>
      <span
        class="parallel-track"
        style={{ left: `${x}px`, top: `${field.top}px`, height: `${field.bottom - field.top}px` }}
        onPointerDown={(event) => begin(event, null)}
        onPointerMove={move}
        onPointerUp={(event) => end(event, () => onBrush(null))}
      />
      {brush && (
        <span
          class="parallel-brush"
          style={{
            left: `${x}px`,
            top: `${heightOf(field, high)}px`,
            height: `${heightOf(field, low) - heightOf(field, high)}px`,
          }}
        />
      )}
      {thumb("to")}
      {thumb("from")}
    </>
  );
}

/** Where an end goes with a key; null for keys that mean nothing here. */
function moved({ stops }: ParallelAxis, at: number, key: string): number | null {
  if (key === "Home") return 0;
  if (key === "End") return 1;
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const up = key === "ArrowUp";
  if (!stops) return Math.max(0, Math.min(1, at + (up ? STEP : -STEP)));
  const beyond = up ? stops.find((stop) => stop > at + 1e-9) : stops.findLast((stop) => stop < at - 1e-9);
  return beyond ?? (up ? 1 : 0);
}
