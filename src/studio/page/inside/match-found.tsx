/** What select and match found: units as buttons, passages with what stands around them. */
import type { MatchReply } from "../../api/index.js";
import { count, percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { shortDate } from "../short-date.js";
import type { InsideState, Span } from "./state.js";
import { stepName } from "./words.js";

const t = dictionary(
  {
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

interface FoundProps {
  readonly state: InsideState;
  readonly span: Span;
  readonly reply: MatchReply;
}

export function Found({ state, span, reply }: FoundProps) {
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
