import { z } from "zod";
import { count, irregularOptions } from "../common-options.js";
import { forecastOptions } from "../forecast/options.js";

export const WINDOWS = ["expanding", "sliding"] as const;

type LeftOut = "test" | "testData" | "every" | keyof ReturnType<typeof irregularOptions>;
const LEFT_OUT = new Set(["test", "testData", "every", ...Object.keys(irregularOptions())]);

/** When forecasts are made, and what is known then. */
export function originOptions() {
  return {
    initial: z
      .number()
      .gt(0)
      .default(0.7)
      .describe("Steps that are known at the first origin; below 1 a share of all."),
    period: count().optional().describe("Steps between two origins; default the horizon."),
    origins: count().optional().describe("At most so many origins, the last ones; default all."),
  };
}

/** Neither a part that is kept back, since the future of each origin is one, nor observations at uneven times, which have no steps to go back by. */
const training = Object.fromEntries(
  Object.entries(forecastOptions.shape).filter(([name]) => !LEFT_OUT.has(name)),
) as Omit<typeof forecastOptions.shape, LeftOut>;

/** Those of a training, but for its test part, and those of the origins. */
export const backtestOptions = z.strictObject({
  ...training,
  ...originOptions(),
  window: z
    .enum(WINDOWS)
    .default("expanding")
    .describe("What is learnt from: all steps before the origin, or as many as before the first."),
  refit: z
    .int()
    .min(0)
    .default(0)
    .describe("Train anew at every so manieth origin, 1 at each; 0: at the first one only."),
});

export type BacktestOptions = z.output<typeof backtestOptions>;

/** Of a network that is trained already: nothing is learnt. */
export const replayOptions = z.strictObject({
  ...originOptions(),
  initial: z
    .number()
    .gt(0)
    .optional()
    .describe("Steps that are known at the first origin; below 1 a share of all; default those that the network sees."),
  runs: forecastOptions.shape.runs,
  name: forecastOptions.shape.name,
});
