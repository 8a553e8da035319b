/** Which steps and features speak for an output, and which against it. */
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import type { AttributionMethod } from "../../../explain/types.js";
import type { AttributionReply } from "../../api/index.js";
import { fromFloats } from "../../floats.js";
import { figure, percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { Failure, Loading } from "../../ui/notices.js";
import { Bars, HeatMap, shortNumber, StepBars } from "../../ui/plots/index.js";
import { shortDate } from "../short-date.js";
import { useAsked } from "./asked.js";
import type { InsideState } from "./state.js";
import { TargetPicker, targetName } from "./target.js";
import { areWords, TokenBlocks, useMarkInSight } from "./tokens.js";
import { stepName } from "./words.js";

const t = dictionary(
  {
    title: "What speaks for it",
    method: "Method",
    integratedGradients: "integrated gradients",
    occlusion: "hide a step",
    gradientInput: "gradient × input",
    integratedHelp:
      "How much each step adds on the way from an empty input to this one; the parts add up to the difference of the outputs.",
    occlusionHelp: "How much the output falls when a step is hidden.",
    gradientHelp: "How steeply the output rises with each step, times what stands there: quick, and right only nearby.",
    colours: "Orange speaks for “{output}”, blue against it.",
    sum: "Together {sum}; the output is {value}, with an empty input {baseline}.",
    exact: "The sum is off by {share}.",
    logit: "Numbers are logits: outputs before they become probabilities.",
    score: "{step}: {score}",
    features: "By feature",
    map: "Attribution by feature and step",
  },
  {
    title: "依据",
    method: "方法",
    integratedGradients: "积分梯度",
    occlusion: "遮住一步",
    gradientInput: "梯度 × 输入",
    integratedHelp: "从空输入到当前输入的过程中每一步贡献多少；各部分之和等于输出之差。",
    occlusionHelp: "遮住某一步时输出下降多少。",
    gradientHelp: "输出随每一步上升的陡峭程度，乘以该处的值：快速，但只在附近有效。",
    colours: "橙色支持“{output}”，蓝色反对。",
    sum: "合计 {sum}；输出为 {value}，空输入时为 {baseline}。",
    exact: "总和误差 {share}。",
    logit: "数值为 logit，即变成概率之前的输出。",
    score: "{step}：{score}",
    features: "按特征",
    map: "各特征、各步的贡献",
  },
);

const METHODS = ["integratedGradients", "occlusion", "gradientInput"] as const;
const HELP = {
  integratedGradients: "integratedHelp",
  occlusion: "occlusionHelp",
  gradientInput: "gradientHelp",
} as const;

export function AttributionPanel({ state }: { readonly state: InsideState }) {
  const [method, setMethod] = useState<AttributionMethod>("integratedGradients");
  const { value, error, reload, place } = useAsked<AttributionReply>(state, "attribution", { method });
  return (
    <section class="card" aria-labelledby="inside-attribution" ref={place}>
      <div class="head">
        <h2 id="inside-attribution">{t("title")}</h2>
        <div class="row wrap">
          <label class="row small">
            <span class="visually-hidden">{t("method")}</span>
            <select
              class="select"
              value={method}
              onChange={(event) => setMethod(event.currentTarget.value as AttributionMethod)}
            >
              {METHODS.map((name) => (
                <option key={name} value={name}>
                  {t(name)}
                </option>
              ))}
            </select>
          </label>
          <TargetPicker state={state} />
        </div>
      </div>
      <div class="body stack tight signed">
        {error ? (
          <Failure error={error} retry={reload} />
        ) : value ? (
          <Scores state={state} attribution={value.attribution} />
        ) : (
          <Loading height={220} />
        )}
        <p class="small muted">{t(HELP[method])}</p>
      </div>
    </section>
  );
}

type Reply = AttributionReply["attribution"];

function Scores({ state, attribution }: { readonly state: InsideState; readonly attribution: Reply }) {
  const { inputs, output, sum, value, baseline, incompleteness, scale } = attribution;
  return (
    <>
      {inputs.map((input) => (
        <InputScores key={input.name} state={state} input={input} />
      ))}
      <p class="small muted">
        {t("colours", { output: targetName(state.seen.value!, output) })}{" "}
        {t("sum", { sum: figure(sum, 3), value: figure(value, 3), baseline: figure(baseline, 3) })}{" "}
        {incompleteness !== null && t("exact", { share: percent(incompleteness, 2) })} {scale === "logit" && t("logit")}
      </p>
    </>
  );
}

function InputScores({ state, input }: { readonly state: InsideState; readonly input: Reply["inputs"][number] }) {
  const { steps, features, featureNames } = input;
  const stepNames = useMemo(() => input.stepNames.map(shortDate), [input]);
  const [scores, bySteps, byFeatures, largest] = useMemo(() => {
    const scores = fromFloats(input.scores);
    const bySteps = new Float32Array(steps);
    const byFeatures = new Float32Array(features);
    scores.forEach((score, i) => {
      bySteps[Math.floor(i / features)]! += score;
      byFeatures[i % features]! += score;
    });
    const largest = Math.max(1e-12, ...bySteps.map(Math.abs));
    return [scores, bySteps, byFeatures, largest] as const;
  }, [input]);
  const step = state.playhead.step.value;
  const goTo = (next: number) => state.playhead.goTo(next);
  const bars = (values: Float32Array) =>
    featureNames.map((label, i) => ({ label, value: values[i] ?? 0 })).filter(({ label }) => label !== "");
  if (steps <= 1) return <Bars label={t("features")} bars={bars(byFeatures)} />;
  if (features === 1 && featureNames.length === 0)
    return <ScoredText steps={stepNames} scores={bySteps} largest={largest} step={step} />;
  const end = Math.max(1e-12, ...scores.map(Math.abs));
  return (
    <>
      <StepBars label={t("title")} values={bySteps} stepLabels={stepNames} step={step} onStep={goTo} />
      {features > 1 && features <= 12 && <Bars label={t("features")} bars={bars(byFeatures)} />}
      {features > 12 && (
        <HeatMap
          label={t("map")}
          values={scores}
          steps={steps}
          units={features}
          scale="diverging"
          range={[-end, end]}
          rowHeight={Math.max(1, Math.min(10, 140 / features))}
          step={step}
          onStep={goTo}
        />
      )}
    </>
  );
}

interface ScoredTextProps {
  readonly steps: readonly string[];
  readonly scores: Float32Array;
  readonly largest: number;
  readonly step: number;
}

function ScoredText({ steps, scores, largest, step }: ScoredTextProps) {
  const field = useRef<HTMLDivElement>(null);
  const words = useMemo(() => areWords(steps), [steps]);
  const shade = useCallback((i: number) => tint(scores[i]! / largest), [scores]);
  const title = useCallback(
    (i: number) => t("score", { step: stepName(steps[i]), score: shortNumber(scores[i]!) }),
    [scores],
  );
  useMarkInSight(field, step);
  return (
    <div
      class={`tokens still ${words ? "words" : "mono"}`}
      ref={field}
      tabIndex={0}
      role="region"
      aria-label={t("title")}
    >
      <TokenBlocks steps={steps} step={step} shade={shade} title={title} />
    </div>
  );
}

function tint(share: number): string | undefined {
  const part = Math.round(65 * Math.min(1, Math.abs(share)));
  return part === 0
    ? undefined
    : `color-mix(in srgb, var(${share > 0 ? "--tint-more" : "--tint-less"}) ${part}%, transparent)`;
}
