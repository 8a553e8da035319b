/** How far back the output depends on what was read. */
import { useMemo } from "preact/hooks";
import type { HorizonReply } from "../../api/index.js";
import { percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { Failure, Loading } from "../../ui/notices.js";
import { LineChart } from "../../ui/plots/index.js";
import { useAsked } from "./asked.js";
import type { InsideState } from "./state.js";
import { TargetPicker, targetName } from "./target.js";

const t = dictionary(
  {
    title: "Memory horizon",
    means:
      "How much “{output}” depends on each step, counted back from the last one. High on the left alone: a short memory.",
    reach: "{share} of the gradient lies within the last {reach} {reach|step|steps} of {steps}.",
    nothing: "The output does not change with what was read.",
    gradient: "Gradient",
    occlusion: "Change when hidden",
    lag: "Steps back",
    scaled: "Both curves are drawn as parts of their largest value.",
    sample:
      "It is of the sample of the run’s data that is chosen above; what you put in yourself may reach further back.",
  },
  {
    title: "记忆范围",
    means: "“{output}”对每一步的依赖程度，从最后一步往回数。只有左边高，说明记忆短。",
    reach: "{share} 的梯度来自最后 {reach} 步（共 {steps} 步）。",
    nothing: "输出不随读到的内容变化。",
    gradient: "梯度",
    occlusion: "遮住后的变化",
    lag: "往回的步数",
    scaled: "两条曲线都按各自的最大值缩放。",
    sample: "这里是上方所选训练数据样本的结果；自己的输入可能有不同的记忆范围。",
  },
);

export function HorizonPanel({ state }: { readonly state: InsideState }) {
  const { value, error, reload, place } = useAsked<HorizonReply>(state, "horizon", {});
  return (
    <section class="card" aria-labelledby="inside-horizon" ref={place}>
      <div class="head">
        <h2 id="inside-horizon">{t("title")}</h2>
        <TargetPicker state={state} />
      </div>
      <div class="body stack tight">
        {error ? (
          <Failure error={error} retry={reload} />
        ) : value ? (
          <Curve state={state} horizon={value.horizon} />
        ) : (
          <Loading height={220} />
        )}
      </div>
    </section>
  );
}

function Curve({ state, horizon }: { readonly state: InsideState; readonly horizon: HorizonReply["horizon"] }) {
  const { gradient, occlusion, reach, share, output } = horizon;
  const [x, lines] = useMemo(() => {
    const scaled = (values: readonly (number | null)[]) => {
      const largest = Math.max(...values.map((value) => Math.abs(value ?? 0))) || 1;
      return values.map((value) => (value === null ? null : Math.abs(value) / largest));
    };
    return [
      gradient.map((_, lag) => lag),
      [
        { label: t("gradient"), values: scaled(gradient) },
        { label: t("occlusion"), values: scaled(occlusion), dashed: true },
      ],
    ] as const;
  }, [horizon]);
  return (
    <>
      <p class="reach">
        {gradient.some((norm) => norm !== 0)
          ? t("reach", { share: percent(share), reach, steps: gradient.length })
          : t("nothing")}
      </p>
      <LineChart
        label={t("title")}
        x={x}
        lines={lines}
        height={170}
        xLabel={t("lag")}
        xText={(lag) => (Number.isInteger(lag) ? String(lag) : "")}
      />
      <p class="small muted">
        {t("means", { output: targetName(state.seen.value!, output) })} {t("scaled")}{" "}
        {state.asked !== null && "sample" in state.asked && t("sample")}
      </p>
    </>
  );
}
