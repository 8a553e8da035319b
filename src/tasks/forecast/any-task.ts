import type { Pipeline, Task } from "../task.js";
import { forecastTask } from "./forecast-task.js";
import { IrregularPipeline } from "./irregular/pipeline.js";
import { prepareIrregular } from "./irregular/prepare.js";
import type { forecastOptions } from "./options.js";

/** Forecasts of regular series, and of those that were observed at uneven times or in part. */
export const anyForecastTask: Task<typeof forecastOptions, Pipeline> = {
  ...forecastTask,
  prepare: (source, options, context) => {
    return (options.irregular ? prepareIrregular : forecastTask.prepare)(source, options, context);
  },
  revive: (saved) => (isIrregular(saved) ? IrregularPipeline.revive(saved) : forecastTask.revive(saved)),
};

function isIrregular(saved: unknown): boolean {
  return typeof saved === "object" && saved !== null && "irregular" in saved;
}
