/** A trial and its result in words. */
import { showValue } from "../../../distributed/search/show.js";
import type { SweepReply, SweepTrial } from "../../api/index.js";
import { figure } from "../../ui/format.js";
import { nameOf } from "../start/option-names.js";
import { t } from "./texts.js";

/** "Learning rate"; layers are no option of a task, but of searches. */
export const dimensionName = (name: string): string => (name === "layers" ? t("layers") : nameOf(name));

/** "MAE °C", "nats a character" */
export function metricTitle({ judge }: Pick<SweepReply, "judge">): string {
  if (judge === null) return t("value");
  const { metric, unit } = judge;
  return unit === null ? metric : unit.startsWith(metric) ? unit : `${metric} (${unit})`;
}

/** "units 64, learning rate 0.003" */
export function pointInWords({ space }: SweepReply, { point }: SweepTrial): string {
  const used = space.filter(({ name }) => name in point);
  return used.map(({ name }) => `${dimensionName(name)} ${showValue(point[name])}`).join(", ");
}

/** "Trial 12: units 64, … → MAE 0.21" */
export function trialInWords(sweep: SweepReply, trial: number | null): string {
  const own = trial === null ? undefined : sweep.trials[trial];
  if (!own) return "";
  const result = own.state === "failed" ? t("failedState") : `${metricTitle(sweep)} ${figure(own.value)}`;
  return `${t("trial", { trial: own.trial + 1 })}: ${pointInWords(sweep, own)} → ${result}`;
}

/** Seconds of all its trainings. */
export const secondsOf = ({ rungs }: SweepTrial): number => rungs.reduce((sum, { seconds }) => sum + seconds, 0);
