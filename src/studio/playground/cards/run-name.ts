import { DEFAULTS, type Settings } from "../settings.js";

const NAMES = { gru: "GRU", lstm: "LSTM", simpleRnn: "RNN", minGru: "minGru" };

/** A run in a few words: its cell and units, and what else sets it apart from another. */
export function describeRun(run: Settings, other: Settings): string {
  const names = Object.keys(DEFAULTS[run.problem]) as (keyof Settings)[];
  const apart = names.filter((name) => !["problem", "cell", "units"].includes(name) && run[name] !== other[name]);
  return [`${NAMES[run.cell]} ${run.units}`, ...apart.map((name) => `${name} ${run[name]}`)].join(", ");
}
