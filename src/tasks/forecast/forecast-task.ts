import type { Task } from "../task.js";
import { forecastOptions } from "./options.js";
import { ForecastPipeline } from "./pipeline.js";
import { prepareForecast } from "./prepare.js";

/** The next steps of one or several series, all steps of the horizon at once. */
export const forecastTask: Task<typeof forecastOptions, ForecastPipeline> = {
  name: "forecast",
  description: "Foresee the next values of one or several time series.",
  options: forecastOptions,
  prepare: prepareForecast,
  revive: (saved) => ForecastPipeline.revive(saved),
};
