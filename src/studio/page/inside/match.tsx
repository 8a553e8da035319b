/** Select and match: steps are chosen, the units that are on there are found, and where else they are on (as in LSTMVis). */
import { useState } from "preact/hooks";
import type { MatchReply } from "../../api.js";
import { count, percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { Failure, Loading } from "../../ui/notices.js";
import { NumberInput } from "../../ui/number-input.js";
import { shortDate } from "../short-date.js";
import { useAsked } from "./asked.js";
import type { InsideState, Span } from "./state.js";
import { stepName } from "./words.js";

const t = dictionary(
  {
    title: "Select and match",
    none: "Select steps to find the units that are on there, and passages where the same units are on: choose “drag selects steps” above, hold Shift while you drag or press arrow keys on a picture, or write them here.",
    from: "From step",
    to: "to step",
    threshold: "On means a state beyond",
    clear: "Clear selection",
    units: "Units that are on in steps {from} to {to}",
    noUnits: "No unit is on during the whole selection: lower the threshold, or choose fewer steps.",
    unit: "Unit {unit}, overlap {score}",
    passages: "Passages alike",
    noPassages: "There is no other passage where these units are on.",
    here: "this sample",
    sample: "sample {number}",
    steps: "steps {from} to {to}",
  },
  {
    title: "选择与匹配",
    none: "选择若干步，找出在那里激活的单元，以及同样单元激活的其他片段：在上方选择“拖动选择步”，或按住 Shift 拖动或按方向键，也可以在这里输入。",
    from: "从第几步",
    to: "到第几步",
    threshold: "激活指状态超过",
    clear: "清除选择",
    units: "第 {from} 至 {to} 步激活的单元",
    noUnits: "没有单元在整个选择范围内激活：请降低阈值或选择更少的步。",
    unit: "单元 {unit}，重合度 {score}",
    passages: "相似片段",
    noPassages: "没有其他片段激活这些单元。",
    here: "当前样本",
    sample: "样本 {number}",
    steps: "第 {from} 至 {to} 步",
  },
);

const MOST_UNITS = 40;

export function MatchPanel({ state }: { readonly state: InsideState }) {
  const [threshold, setThreshold] = useState(0.3);
  const span = state.span.value;
  const layer = state.layer.value!;
  const body = span && { layer: layer.layer, from: span[0], to: span[1], threshold };
  const { value, error, reload, place } = useAsked<MatchReply>(state, "match", body);
  return (
    <section class="card" aria-labelledby="inside-match" ref={place}>
      <div class="head">
        <h2 id="inside-match">{t("title")}</h2>
        {span && (
          <button type="button" class="button small" onClick={() => (state.span.value = null)}>
            {t("clear")}
          </button>
        )}
      </div>
      <div class="body stack">
        {!span && <p class="small muted">{t("none")}</p>}
        <div class="row wrap match-tools">
          <StepField
            label={t("from")}
            value={span ? span[0] + 1 : null}
            most={layer.steps}
            onValue={(n) => choose(state, n, null)}
          />
          <StepField
            label={t("to")}
            value={span ? span[1] : null}
            most={layer.steps}
            onValue={(n) => choose(state, null, n)}
          />
          <label class="row small">
            <span class="muted">{t("threshold")}</span>
            <input
              class="threshold"
              type="range"
              min={0.05}
              max={0.95}
              step={0.05}
              value={threshold}
              aria-valuetext={String(threshold)}
              onInput={(event) => setThreshold(Number(event.currentTarget.value))}
            />
            <output class="tabular">{threshold.toFixed(2)}</output>
          </label>
        </div>
        {span &&
          (error ? (
            <Failure error={error} retry={reload} />
          ) : value ? (
            <Found state={state} span={span} reply={value} />
          ) : (
            <Loading height={80} />
          ))}
      </div>
    </section>
  );
}

/** Steps as people count them. */
function choose(state: InsideState, from: number | null, to: number | null): void {
  const [a, b] = state.span.value ?? [(from ?? to!) - 1, to ?? from!];
  const begin = from === null ? a : from - 1;
  const end = to ?? b;
  state.span.value = begin < end ? [begin, end] : from === null ? [end - 1, end] : [begin, begin + 1];
}

interface StepFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly most: number;
  readonly onValue: (step: number) => void;
}

function StepField({ label, value, most, onValue }: StepFieldProps) {
  return (
    <label class="row small">
      <span class="muted">{label}</span>
      <NumberInput
        class="step-field"
        value={value}
        least={1}
        most={most}
        onValue={(step) => step !== null && onValue(step)}
      />
    </label>
  );
}

function Found({
  state,
  span,
  reply,
}: {
  readonly state: InsideState;
  readonly span: Span;
  readonly reply: MatchReply;
}) {
  const { units, passages } = reply;
  if (units.length === 0) return <p class="small">{t("noUnits")}</p>;
  return (
    <div class="match-found">
      <div class="stack tight">
        <h3>{t("units", { from: span[0] + 1, to: span[1] })}</h3>
        <ul class="chips">
          {units.slice(0, MOST_UNITS).map(({ unit, score }) => (
            <li key={unit}>
              <button
                type="button"
                class="button small tabular"
                aria-pressed={state.unit.value === unit}
                title={t("unit", { unit: unit + 1, score: percent(score) })}
                onClick={() => (state.unit.value = unit)}
              >
                {unit + 1}
                <small class="muted">{percent(score)}</small>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div class="stack tight">
        <h3>{t("passages")}</h3>
        {passages.length === 0 ? (
          <p class="small muted">{t("noPassages")}</p>
        ) : (
          <ul class="passages">
            {passages.map((passage, i) => (
              <li key={i}>
                <button type="button" onClick={() => show(state, passage)}>
                  <Words passage={passage} />
                  <span class="muted small tabular">
                    {passage.sample === null ? t("here") : t("sample", { number: count(passage.sample + 1) })} ·{" "}
                    {t("steps", { from: passage.from + 1, to: passage.to })} · {percent(passage.similarity)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

type Passage = MatchReply["passages"][number];

function Words({ passage: { steps, at, from, to } }: { readonly passage: Passage }) {
  const words = steps.some((name) => [...name].length > 1);
  const joined = (part: readonly string[]) =>
    part.map((name) => (words ? stepName(shortDate(name)) : name)).join(words ? " " : "");
  const end = at + (to - from);
  return (
    <span class={`passage ${words ? "" : "mono"}`}>
      {joined(steps.slice(0, at))}
      {words && " "}
      <mark>{joined(steps.slice(at, end))}</mark>
      {words && " "}
      {joined(steps.slice(end))}
    </span>
  );
}

/** The sample that the passage is in, at its beginning. */
function show(state: InsideState, { sample, from }: Passage): void {
  if (sample !== null) state.input.value = { sample };
  state.playhead.pause();
  state.playhead.goTo(from);
}
