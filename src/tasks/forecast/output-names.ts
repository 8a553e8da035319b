/** What the numbers of a network that forecasts are called. */
import { families } from "../../distributions/index.js";
import { quantileColumn, type Doubt } from "./doubt/doubt.js";

/** By step and target, and where there is doubt by quantile or parameter: "close +3", "close +3 location". */
export function outputNames(targets: readonly string[], horizon: number, doubt: Doubt | null): string[] {
  const channels = channelNames(doubt);
  return ahead(horizon).flatMap((step) => {
    return targets.flatMap((name) => channels.map((channel) => `${name} ${step}${channel && ` ${channel}`}`));
  });
}

/** "+1", "+2", … */
export function ahead(horizon: number): string[] {
  return Array.from({ length: horizon }, (_, h) => `+${h + 1}`);
}

function channelNames(doubt: Doubt | null): readonly string[] {
  if (doubt === null || doubt.head === "point") return [""];
  return doubt.head === "quantiles" ? doubt.outputs.map((level) => `q${level}`) : families[doubt.head].parameters;
}

/** The columns of an answer that hold values: each target, then its quantiles. */
export function valueColumns(targets: readonly string[], doubt: Doubt | null): string[] {
  return targets.flatMap((name) => [name, ...(doubt?.levels ?? []).map((level) => quantileColumn(name, level))]);
}
