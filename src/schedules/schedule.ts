import type { Named } from "../util/named.js";

/**
 * The learning rate as a function of the number of updates done so far (0 at the first). JSON.stringify gives its saved form,
 * `{ className, config }`.
 */
export interface Schedule extends Named {
  (step: number): number;
  toJSON(): { className: string; config: Named["config"] };
}

export function makeSchedule(className: string, config: Named["config"], rate: (step: number) => number): Schedule {
  const schedule = (step: number) => rate(step);
  return Object.assign(schedule, { className, config, toJSON: () => ({ className, config }) });
}
