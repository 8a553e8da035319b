/** How the trainings of a backtest come along that are done at the same time: a line each. */
import type { BacktestTrainerOptions } from "../distributed/backtest/trainer.js";
import { JobsLine } from "./jobs-line.js";
import type { Screen } from "./screen.js";

export function trainingsProgress(screen: Screen): Pick<BacktestTrainerOptions, "onEpoch" | "onFit"> {
  const line = new JobsLine(screen, (number) => `training ${number}`);
  return {
    onEpoch: (number, progress) => line.onEpoch(number, progress),
    onFit({ number, at, failed, done, of }) {
      const said = `training ${number}  at ${at}${failed === null ? "" : `  failed: ${failed}`}`;
      line.onEnd(number, { done, of }, said, "", failed === null);
    },
  };
}
