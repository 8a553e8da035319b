import { useMemo, useRef } from "preact/hooks";
import { StepLabels } from "./step-labels.js";
import { shortNumber } from "./number.js";
import { useWidth } from "./width.js";
import { word } from "./words.js";

export interface StepBarsProps {
  /** What is shown; read out together with the step of the largest value. */
  label: string;
  /** One for each step; below 0 downwards in the other colour. */
  values: ArrayLike<number>;
  stepLabels?: readonly string[];
  step?: number | null;
  onStep?: (step: number) => void;
  /** In CSS pixels. Default 56. */
  height?: number;
}

/** Narrower columns have no room between them. */
const THIN_PX = 4;

function summary(given: ArrayLike<number>) {
  const values = Array.from(given);
  const size = (t: number) => Math.abs(values[t]!);
  return {
    values,
    high: values.reduce((a, b) => Math.max(a, b), 0),
    low: values.reduce((a, b) => Math.min(a, b), 0),
    largest: values.reduce((best, _, t) => (size(t) > size(best) ? t : best), 0),
  };
}

/** A column for each step, below or above a heat map, with which it is in line: attributions, norms, surprise. */
export function StepBars(props: StepBarsProps) {
  const { label, stepLabels, step = null, onStep, height = 56 } = props;
  const { values, low, high, largest } = useMemo(() => summary(props.values), [props.values]);
  const steps = values.length;
  const field = useRef<HTMLDivElement>(null);
  const width = useWidth(field);
  const span = high - low || 1;
  const barOf = (t: number, more: string) => (
    <i
      key={t}
      class={`step-bar${values[t]! < 0 ? " negative" : ""} ${more}`}
      title={`${word("step")} ${t + 1}: ${shortNumber(values[t]!)}`}
      style={{
        left: `${(100 * t) / steps}%`,
        width: `${100 / steps}%`,
        top: `${(100 * (high - Math.max(0, values[t]!))) / span}%`,
        height: `${(100 * Math.abs(values[t]!)) / span}%`,
      }}
    />
  );
  // The mark moves often, the bars stay.
  const thin = width < THIN_PX * steps ? "thin" : "";
  const bars = useMemo(() => values.map((_, t) => barOf(t, thin)), [values, thin]);
  const onPointer = (event: PointerEvent) => {
    const box = field.current!.getBoundingClientRect();
    const at = Math.floor(((event.clientX - box.left) / box.width) * steps);
    if (event.buttons & 1 || event.type === "click") onStep?.(Math.max(0, Math.min(steps - 1, at)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const change = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (change === 0 || !onStep) return;
    onStep(Math.max(0, Math.min(steps - 1, (step ?? 0) + change)));
    event.preventDefault();
  };
  const said = steps > 0 ? `${word("step")} ${largest + 1}: ${shortNumber(values[largest]!)}` : "";
  return (
    <div class="heat-map step-bars">
      <div
        class="heat-map-field"
        ref={field}
        style={{ height: `${height}px` }}
        role={onStep ? "application" : "img"}
        tabIndex={onStep ? 0 : -1}
        aria-label={`${label}; ${said}`}
        onPointerDown={onPointer}
        onPointerMove={onPointer}
        onKeyDown={onKeyDown}
      >
        {bars}
        {step !== null && step < steps && barOf(step, `${thin} current`)}
      </div>
      {stepLabels && <StepLabels labels={stepLabels} width={width} step={step} />}
    </div>
  );
}
