/** What the network read, step by step: the text itself, coloured by a unit if one is chosen, or numbers over time. */
import { useCallback, useMemo, useRef } from "preact/hooks";
import { dictionary } from "../../ui/i18n.js";
import { Bars, HeatMap, LineChart } from "../../ui/plots/index.js";
import { titleOf } from "./signal-words.js";
import type { Input, SeenLayer } from "./seen.js";
import type { InsideState } from "./state.js";
import { areWords, TokenBlocks, useMarkInSight } from "./tokens.js";
import { stepName, w } from "./words.js";

const t = dictionary(
  {
    title: "What it reads",
    plain:
      "What comes after the marked step the network has not seen yet. Choose a unit to colour the text by its state.",
    coloured: "Coloured by the {signal} of unit {unit}: orange above zero, blue below.",
    series: "As the network sees it: scaled as in training.",
    bands: "Features over time, as the network sees them.",
    features: "Features",
  },
  {
    title: "网络读到的内容",
    plain: "当前步之后的内容网络还没有看到。选择一个单元，即可按它的状态给文本着色。",
    coloured: "按单元 {unit} 的 {signal} 着色：橙色为正，蓝色为负。",
    series: "网络看到的数值：与训练时一样缩放。",
    bands: "网络看到的特征随时间的变化。",
    features: "特征",
  },
);

/** More lines than these cannot be told apart: a map shows them. */
const MOST_LINES = 6;

export function StepStrip({ state }: { readonly state: InsideState }) {
  const { input } = state.seen.value!;
  const unit = state.unit.value;
  const tokens = input.kind === "tokens";
  const many = input.features.length > MOST_LINES;
  return (
    <section class="card" aria-labelledby="inside-strip">
      <div class="head">
        <h2 id="inside-strip">{t("title")}</h2>
      </div>
      <div class="body stack tight">
        {tokens ? <Tokens state={state} steps={input.steps} /> : <Numbers state={state} input={input} many={many} />}
        <p class="small muted">
          {tokens
            ? unit === null
              ? t("plain")
              : t("coloured", { signal: titleOf("state"), unit: unit + 1 })
            : t(many ? "bands" : "series")}
        </p>
      </div>
    </section>
  );
}

function Tokens({ state, steps }: { readonly state: InsideState; readonly steps: readonly string[] }) {
  const field = useRef<HTMLDivElement>(null);
  const { playhead } = state;
  const step = playhead.step.value;
  const unit = state.unit.value;
  const layer = state.layer.value!;
  const words = useMemo(() => areWords(steps), [steps]);
  const shade = useCallback((i: number) => shadeOf(layer, unit, i), [layer, unit]);
  useMarkInSight(field, step);
  const onPointer = (event: PointerEvent) => {
    const at = (event.target as Element).closest<HTMLElement>("[data-step]")?.dataset["step"];
    if (at === undefined || (event.type === "pointermove" && !(event.buttons & 1))) return;
    playhead.pause();
    playhead.goTo(Number(at));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const change = { ArrowLeft: -1, ArrowRight: 1, Home: -steps.length, End: steps.length }[event.key];
    if (change === undefined) return;
    playhead.pause();
    playhead.goTo(step + change);
    event.preventDefault();
  };
  return (
    <div
      class={`tokens ${words ? "words" : "mono"}`}
      ref={field}
      role="slider"
      tabIndex={0}
      aria-label={t("title")}
      aria-valuemin={1}
      aria-valuemax={steps.length}
      aria-valuenow={step + 1}
      aria-valuetext={`${w("stepOf", { step: step + 1, steps: steps.length })} “${stepName(steps[step])}”`}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      onKeyDown={onKeyDown}
    >
      <TokenBlocks steps={steps} step={step} shade={shade} ahead={unit === null} span={state.span.value} />
    </div>
  );
}

/** By the state of a unit; nothing where none is chosen. */
function shadeOf({ signals, steps, units }: SeenLayer, unit: number | null, i: number): string | undefined {
  const states = signals.get("state");
  if (unit === null || !states || i >= steps) return undefined;
  const value = states[i * units + unit]!;
  const share = Math.round(60 * Math.min(1, Math.abs(value)));
  const tint = value > 0 ? "--tint-more" : "--tint-less";
  return share === 0 ? undefined : `color-mix(in srgb, var(${tint}) ${share}%, transparent)`;
}

interface NumbersProps {
  readonly state: InsideState;
  readonly input: Input;
  readonly many: boolean;
}

function Numbers({ state, input, many }: NumbersProps) {
  const { features, values, steps } = input;
  const step = state.playhead.step.value;
  const goTo = (next: number) => {
    state.playhead.pause();
    state.playhead.goTo(next);
  };
  const [columns, x, largest] = useMemo(() => {
    const D = features.length;
    const columns = features.map((_, d) => Float32Array.from(steps, (_, i) => values?.[i * D + d] ?? Number.NaN));
    return [columns, steps.map((_, i) => i), Math.max(1e-6, ...(values ?? []).map(Math.abs))] as const;
  }, [input]);
  if (!values) return null;
  if (steps.length < 2) {
    const bars = features.map((label, d) => ({ label, value: values[d] ?? 0 }));
    return (
      <div class="signed">
        <Bars label={t("features")} bars={bars} />
      </div>
    );
  }
  if (many)
    return (
      <HeatMap
        label={t("features")}
        values={values}
        steps={steps.length}
        units={features.length}
        scale="diverging"
        range={[-largest, largest]}
        rowHeight={Math.max(1, Math.min(14, 120 / features.length))}
        stepLabels={steps}
        step={step}
        onStep={goTo}
      />
    );
  return (
    <LineChart
      label={features.join(", ")}
      x={x}
      lines={columns.map((column, d) => ({ label: features[d]!, values: column }))}
      height={150}
      xText={(i) => steps[i] ?? ""}
      step={step}
      onStep={goTo}
    />
  );
}
