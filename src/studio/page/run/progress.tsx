/** How far a run that trains has come, how fast it is, and how long it will take at most. */
import { Card } from "../../ui/card.js";
import { duration, figure } from "../../ui/format.js";
import type { LiveRun } from "./live.js";
import { t } from "./texts.js";

export function ProgressCard({ live }: { readonly live: LiveRun }) {
  const progress = live.progress.value;
  const run = live.summary.value!;
  const epochs = progress?.epochs ?? run.epochsPlanned ?? 1;
  const epoch = progress?.epoch ?? run.epochs;
  const inEpoch = progress?.steps ? progress.step / progress.steps : 0;
  const share = Math.min(1, (epoch + inEpoch) / epochs);
  const words = t("progress", { epoch: Math.min(epoch + 1, epochs), epochs });
  const step =
    progress === null
      ? ""
      : progress.steps === null
        ? t("stepOnly", { step: progress.step })
        : t("step", { step: progress.step, steps: progress.steps });
  return (
    <Card
      title={t("training")}
      aside={<span class="small muted tabular">{[words, step].filter(Boolean).join(" · ")}</span>}
      flush
    >
      <div
        class="bar edge"
        role="progressbar"
        aria-label={t("training")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={words}
      >
        <span style={{ width: `${share * 100}%` }} />
      </div>
      <dl class="figures">
        <div>
          <dt>{t("samples")}</dt>
          <dd>{figure(progress?.samplesPerSecond, 3)}</dd>
        </div>
        <div>
          <dt>{t("steps")}</dt>
          <dd>{figure(progress?.stepsPerSecond, 3)}</dd>
        </div>
        <div>
          <dt>{t("left")}</dt>
          <dd>{duration(progress?.secondsLeft)}</dd>
        </div>
        <div>
          <dt>{t("loss")}</dt>
          <dd>{figure(progress?.loss)}</dd>
        </div>
      </dl>
    </Card>
  );
}
