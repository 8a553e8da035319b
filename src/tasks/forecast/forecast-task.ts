import { check } from "../../util/errors.js";
import type { Task } from "../task.js";
import { forecastOptions } from "./options.js";
import { ForecastPipeline } from "./pipeline.js";
import { prepareForecast } from "./prepare.js";

/** The next steps of one or several regular series, all steps of the horizon at once. */
export const forecastTask: Task<typeof forecastOptions, ForecastPipeline> = {
  name: "forecast",
  description: "Foresee the next values of one or several time series.",
  options: forecastOptions,
  prepare(source, options, context) {
    for (const name of ["irregular", "variable", "value", "every"] as const) {
      const given = options[name] !== undefined && options[name] !== false;
      check(
        !given,
        () => `forecast: ${name} goes with irregular series, and they with train, predict and evaluate alone`,
      );
    }
    return prepareForecast(source, options, context);
  },
  revive: (saved) => ForecastPipeline.revive(saved),
};
