import { count, figure } from "../../ui/format.js";
import { LineChart, type Line } from "../../ui/plots/index.js";
import { belowSince, curve, earlier, facts, settings } from "../session.js";
import { problemText, t } from "../texts.js";
import { describeRun } from "./run-name.js";

/** The loss against the baseline, which needs no network, and against the run before. */
export function LossCard() {
  const { steps, batches, losses, trained } = curve.value;
  const baseline = facts.value?.baseline ?? null;
  const since = belowSince.value;
  const { problem } = settings.value;
  const before = earlier.value;
  const lines: Line[] = [
    { label: t("batches"), values: batches, colour: 0, width: 1 },
    ...(before
      ? [
          {
            label: `${t("before")} (${describeRun(before.settings, settings.value)})`,
            values: before.curve.at(steps),
            colour: 4,
            width: 1.5,
          },
        ]
      : []),
    { label: t(problem === "text" ? "freshText" : "fresh"), values: losses, colour: 1, width: 2.5 },
    ...(baseline === null
      ? []
      : [{ label: problemText(`${problem}Baseline`), values: steps.map(() => baseline), colour: 2, dashed: true }]),
  ];
  return (
    <section class="card loss" aria-labelledby="loss-title">
      <div class="head">
        <h2 id="loss-title">{t("lossTitle")}</h2>
        {trained && (
          <span class={`badge ${since === null ? "" : "good"}`} data-below={since !== null}>
            {since === null ? t("above") : t("below", { step: count(since) })}
          </span>
        )}
      </div>
      <div class="body">
        <LineChart
          label={t("lossLabel")}
          x={steps}
          lines={lines}
          log
          height={problem === "text" ? 460 : 220}
          xText={count}
          yText={(loss) => figure(loss, 3)}
        />
      </div>
    </section>
  );
}
