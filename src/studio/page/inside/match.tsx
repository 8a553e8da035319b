/** Select and match: steps are chosen, the units that are on there are found, and where else they are on (as in LSTMVis). */
import { useState } from "preact/hooks";
import type { MatchReply } from "../../api/index.js";
import { dictionary } from "../../ui/i18n.js";
import { Failure, Loading } from "../../ui/notices.js";
import { NumberInput } from "../../ui/number-input.js";
import { useAsked } from "./asked.js";
import { Found } from "./match-found.js";
import type { InsideState } from "./state.js";

const t = dictionary(
  {
    title: "Select and match",
    none: "Select steps to find the units that are on there, and passages where the same units are on: choose “a drag selects steps” above, hold Shift while you drag or press arrow keys on a picture, or write them here.",
    from: "From step",
    to: "to step",
    threshold: "On means a state beyond",
    clear: "Clear selection",
  },
  {
    title: "选择与匹配",
    none: "选择若干步，找出在那里激活的单元，以及同样单元激活的其他片段：在上方选择“拖动选择步”，或按住 Shift 拖动或按方向键，也可以在这里输入。",
    from: "从第几步",
    to: "到第几步",
    threshold: "激活指状态超过",
    clear: "清除选择",
  },
);

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
