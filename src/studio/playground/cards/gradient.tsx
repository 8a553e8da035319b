import { figure } from "../../ui/format.js";
import { Loading } from "../../ui/notices.js";
import { LineChart, type Line } from "../../ui/plots/index.js";
import type { GradientNorm } from "../protocol.js";
import { firstGradients, frame } from "../session.js";
import { t } from "../texts.js";

/** Below and above these ratios of the first step's gradient to the last one's, it is called vanished or exploded. */
const [VANISHED, EXPLODED] = [1e-3, 1e3];

/** The smallest ordinary number of the kernels: what vanishes further is 0. */
const SMALLEST = 1e-38;

/** How far back the loss reaches: what cells were invented for. */
export function GradientCard() {
  const now = frame.value?.gradients ?? [];
  return (
    <section class="card gradient" aria-labelledby="gradient-title">
      <div class="head">
        <h2 id="gradient-title">{t("gradientTitle")}</h2>
      </div>
      <div class="body">
        {now.length > 0 ? <Norms now={now} first={firstGradients.value ?? now} /> : <Loading height={220} />}
      </div>
    </section>
  );
}

function Norms({ now, first }: { now: readonly GradientNorm[]; first: readonly GradientNorm[] }) {
  const x = Array.from(now[0]!.norms, (_, t) => t + 1);
  const name = (i: number) => (now.length > 1 ? `${t("layer")} ${i + 1}, ` : "");
  const lines: Line[] = [
    ...first.map(({ norms }, i) => ({
      label: name(i) + t("gradientFirst"),
      values: norms,
      colour: now.length > 1 ? i + 1 : 0,
      dashed: true,
      width: 1.5,
    })),
    ...now.map(({ norms }, i) => ({ label: name(i) + t("gradientNow"), values: norms, colour: i + 1, width: 2.5 })),
  ];
  const { norms } = now[0]!;
  const ratio = norms[0]! / norms.at(-1)!;
  const says = ratio < VANISHED ? "vanishes" : ratio > EXPLODED ? "explodes" : "reaches";
  return (
    <>
      <LineChart label={t("gradientLabel")} x={x} lines={lines} log height={180} xText={String} />
      <p class={`verdict ${says}`} data-verdict={says}>
        {Number.isFinite(ratio) && t(says, { ratio: ratio > SMALLEST ? figure(ratio, 2) : `< ${figure(SMALLEST, 2)}` })}
      </p>
    </>
  );
}
