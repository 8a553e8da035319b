import { DEFAULTS, type Settings } from "../settings.js";
import { t } from "../texts.js";

export const CELL_NAMES = { gru: "GRU", lstm: "LSTM", simpleRnn: "RNN", minGru: "minGru" };

/** Its cell and units. */
export const networkName = ({ cell, units }: Settings): string => `${CELL_NAMES[cell]} ${units}`;

/** A run in a few words: its cell and units, and what else sets it apart from another. */
export function describeRun(run: Settings, other: Settings): string {
  const names = Object.keys(DEFAULTS[run.problem]) as (keyof Settings)[];
  const apart = names.filter((name) => !["problem", "cell", "units"].includes(name) && run[name] !== other[name]);
  return [networkName(run), ...apart.map((name) => `${t(name)} ${run[name]}`)].join(", ");
}
