/** How the answer grows from step to step, where the network can be asked at every step. */
import { useMemo } from "preact/hooks";
import { percent } from "../../ui/format.js";
import { dictionary } from "../../ui/i18n.js";
import { LineChart, shortNumber, StepBars } from "../../ui/plots/index.js";
import { choosesPieces, type Seen } from "./seen.js";
import type { InsideState } from "./state.js";
import { stepName } from "./words.js";

const t = dictionary(
  {
    title: "How the answer grows",
    foreseen:
      "How sure the network was of each character or word before it read it: high is foreseen, low is a surprise.",
    chance: "Probability that it gave to what came",
    lines: "The outputs after each step; of many those that come highest.",
  },
  {
    title: "回答的形成过程",
    foreseen: "网络在读到每个字符或词之前有多确信：高表示预料到了，低表示意外。",
    chance: "网络给实际内容的概率",
    lines: "每一步之后的输出；数量多时只显示曾经最高的几个。",
  },
);

const MOST_LINES = 6;

export function Course({ state }: { readonly state: InsideState }) {
  const seen = state.seen.value!;
  const foreseen = useMemo(() => chancesOf(seen), [seen]);
  if (!seen.outputs || state.steps.value < 2) return null;
  const goTo = (step: number) => {
    state.playhead.pause();
    state.playhead.goTo(step);
  };
  return (
    <section class="card" aria-labelledby="inside-course">
      <div class="head">
        <h2 id="inside-course">{t("title")}</h2>
      </div>
      <div class="body stack tight">
        {foreseen ? (
          <StepBars
            label={t("chance")}
            values={foreseen}
            stepLabels={seen.input.steps}
            step={state.playhead.step.value}
            onStep={goTo}
            height={72}
          />
        ) : (
          <Lines seen={seen} outputs={seen.outputs} step={state.playhead.step.value} onStep={goTo} />
        )}
        <p class="small muted">{t(foreseen ? "foreseen" : "lines")}</p>
      </div>
    </section>
  );
}

/** By step, the probability of its piece as the step before gave it; null where outputs are not the next pieces. */
function chancesOf({ task, outputs, outputNames, input: { steps } }: Seen): Float32Array | null {
  const width = outputNames.length;
  if (task !== "generate" || !outputs || outputs.length !== steps.length * width) return null;
  const numbers = new Map(outputNames.map(({ name }, i) => [name, i]));
  return Float32Array.from(steps, (piece, step) => {
    const number = numbers.get(piece);
    return step === 0 || number === undefined ? 0 : outputs[(step - 1) * width + number]!;
  });
}

interface LinesProps {
  readonly seen: Seen;
  readonly outputs: Float32Array;
  readonly step: number;
  readonly onStep: (step: number) => void;
}

function Lines({ seen, outputs, step, onStep }: LinesProps) {
  const [x, lines] = useMemo(() => {
    const width = seen.outputNames.length;
    const steps = Math.floor(outputs.length / width);
    const column = (k: number) => Float32Array.from({ length: steps }, (_, i) => outputs[i * width + k]!);
    const columns = seen.outputNames.map(({ name }, k) => {
      const values = column(k);
      return { label: stepName(name), values, k, highest: values.reduce((a, b) => Math.max(a, b), -Infinity) };
    });
    const shown = [...columns].sort((a, b) => b.highest - a.highest).slice(0, MOST_LINES);
    shown.sort((a, b) => a.k - b.k);
    return [Array.from({ length: steps }, (_, i) => i), shown.map(({ label, values }) => ({ label, values }))] as const;
  }, [seen]);
  const labels = seen.input.steps;
  const shares = seen.task === "classify" || choosesPieces(seen.task);
  return (
    <LineChart
      label={t("title")}
      x={x}
      lines={lines}
      height={170}
      step={Math.min(step, x.length - 1)}
      onStep={onStep}
      xText={(i) => (labels.length === x.length ? (labels[i] ?? "") : Number.isInteger(i) ? String(i + 1) : "")}
      yText={shares ? (value) => percent(value, 1) : shortNumber}
    />
  );
}
