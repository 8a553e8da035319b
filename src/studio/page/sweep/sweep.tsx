/** A sweep: how far it is, the best trial, how options and results go together, and every trial. */
import { Empty } from "../../ui/notices.js";
import type { LiveRun } from "../run/live.js";
import { useChoice } from "./choice.js";
import { Coordinates } from "./coordinates.js";
import { CourseCard, ImportanceCard, RungsCard } from "./pictures.js";
import { BestTrial, SweepFigures, SweepProgress } from "./summary.js";
import { t } from "./texts.js";
import { TrialsTable } from "./trials-table.js";

export function SweepOverview({ live }: { readonly live: LiveRun }) {
  const choice = useChoice(live.sweep);
  const sweep = live.sweep.value;
  if (!sweep) return null;
  const running = live.summary.value?.state === "running";
  const training = live.training.value;
  const anyValue = sweep.best !== null;
  return (
    <>
      {running && <SweepProgress sweep={sweep} training={training} />}
      <SweepFigures sweep={sweep} running={running} />
      {anyValue ? (
        <>
          <BestTrial sweep={sweep} />
          <Coordinates sweep={sweep} choice={choice} />
          <div class="grid sweep-pair">
            <ImportanceCard sweep={sweep} />
            <CourseCard sweep={sweep} />
          </div>
          <RungsCard sweep={sweep} />
        </>
      ) : (
        <div class="card">
          <Empty icon="runs" title={t(running ? "noneYet" : "noneEver")}>
            {running && <p>{t("noneYetHelp")}</p>}
          </Empty>
        </div>
      )}
      {sweep.trials.length > 0 && <TrialsTable sweep={sweep} training={training} choice={choice} />}
    </>
  );
}
