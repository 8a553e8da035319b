import { checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import type { Callback, TrainingRun } from "../callback.js";

/**
 * Sets the learning rate at the beginning of each epoch: Keras's LearningRateScheduler. Rates that change with every step are
 * the optimizers' own: `optimizers.adam({ learningRate: schedules.cosineDecay({ … }) })`.
 * @param schedule (epoch from 0, rate so far) ⟶ rate of the epoch
 */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number): Callback {
  const where = "learningRateScheduler";
  check(
    typeof schedule === "function",
    () => `${where}: expected (epoch, learningRate) => number, got ${show(schedule)}`,
  );
  return {
    onEpochBegin(epoch: number, { model: { optimizer } }: TrainingRun) {
      const rate = schedule(epoch, optimizer.learningRate);
      optimizer.learningRate = checkRange(where, `what the function gives for epoch ${epoch}`, rate, 0);
    },
  };
}
