import { useMemo } from "preact/hooks";
import { figure } from "../../ui/format.js";
import { Loading } from "../../ui/notices.js";
import { LineChart, type Line } from "../../ui/plots/index.js";
import type { SeriesView } from "../protocol.js";
import { chosenStep, frame, framed, nextExample } from "../session.js";
import { t } from "../texts.js";
import { TextAnswers } from "./text-answers.js";

/** What the network makes of one sample that it was not trained on. */
export function AnswersCard() {
  const view = frame.value?.view;
  return (
    <section class="card answers" aria-labelledby="answers-title">
      <div class="head">
        <h2 id="answers-title">{t("answersTitle")}</h2>
        <button type="button" class="button small" onClick={nextExample}>
          {t("another")}
        </button>
      </div>
      <div class="body">
        {view === undefined ? (
          <Loading height={220} />
        ) : view.kind === "text" ? (
          <TextAnswers view={view} />
        ) : (
          <Series view={view} />
        )}
      </div>
    </section>
  );
}

const TRUTHS = {
  sine: "sineTruth",
  adding: "addingTruth",
  parity: "parityTruth",
  brackets: "bracketsTruth",
  text: "truth",
} as const;

function Series({ view }: { view: SeriesView }) {
  const { truth, predicted, future, labels, inputs, beyond } = view;
  const T = truth.length;
  const x = useMemo(
    () => Array.from({ length: T + (future?.truth.length ?? 0) }, (_, t) => t + 1),
    [T, future?.truth.length],
  );
  const lines: Line[] = [
    { label: t(TRUTHS[framed.value.problem]), values: truth, colour: 0, points: true },
    { label: t("answer"), values: Array.from(predicted), colour: 1, width: 2.5 },
  ];
  if (future) {
    const after = <N,>(values: readonly N[]) => [...Array<null>(T).fill(null), ...values];
    lines.push({ label: t("sineFuture"), values: after(future.truth), colour: 0, dashed: true, width: 1.5 });
    lines.push({ label: t("goesOn"), values: after(future.predicted), colour: 3, width: 2.5 });
  }
  const regions = beyond === null ? [] : [{ from: beyond + 0.5, label: t("beyond") }];
  const step = chosenStep.value;
  const reading =
    labels && step !== null ? t("reads", { step: step + 1, what: labels[step] || figure(inputs[step], 2) }) : "";
  return (
    <>
      <LineChart
        label={t("answersLabel")}
        x={x}
        lines={lines}
        regions={regions}
        height={220}
        xText={String}
        step={step}
        onStep={(index) => (chosenStep.value = Math.min(index, T - 1))}
      />
      {labels && <p class="muted small reading">{reading}</p>}
    </>
  );
}
