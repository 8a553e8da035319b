import { useMemo } from "preact/hooks";

/** Width of a character of the labels in CSS pixels; Chinese ones and most symbols take two. */
const CHARACTER_PX = 6.7;
/** Between words; single characters may stand close. */
const [GAP_PX, CLOSE_PX] = [6, 0.5];

function widthOf(label: string): number {
  let characters = 0;
  for (const character of label) characters += character.codePointAt(0)! > 0x2000 ? 1.7 : 1;
  return characters * CHARACTER_PX + (label.length > 1 ? GAP_PX : CLOSE_PX);
}

const shown = (label: string) => (label === " " ? "␣" : label === "\n" ? "↵" : label);

/** The middle of a label: that of its column, but the label stays between the edges. */
function placeOf(label: string, t: number, steps: number, width: number): number {
  const half = widthOf(shown(label)) / 2;
  return Math.max(half, Math.min(width - half, ((t + 0.5) / steps) * width));
}

/** From the left on, each label that does not touch the one before it. */
function fitting(labels: readonly string[], width: number): ReadonlySet<number> {
  const places = new Set<number>();
  let free = -Infinity;
  labels.forEach((label, t) => {
    if (label === "") return;
    const middle = placeOf(label, t, labels.length, width);
    const half = widthOf(shown(label)) / 2;
    if (middle - half < free) return;
    places.add(t);
    free = middle + half;
  });
  return places;
}

/** Names below the columns, as many as there is room for. */
export function StepLabels({ labels, width, step }: { labels: readonly string[]; width: number; step: number | null }) {
  const places = useMemo(() => fitting(labels, width), [labels, width]);
  return (
    <div class="step-labels" aria-hidden="true">
      {[...places, ...(step === null || places.has(step) || step >= labels.length ? [] : [step])].map((t) => {
        const label = labels[t]!;
        return (
          <span
            key={t}
            class={t === step ? "current" : ""}
            style={{ left: `${placeOf(label, t, labels.length, width)}px` }}
          >
            {shown(label)}
          </span>
        );
      })}
    </div>
  );
}
