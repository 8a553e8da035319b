/** How a training of many series comes along, on standard error: a line in place on a terminal, else a line now and then. */
import type { SeriesHooks } from "../distributed/series/train-series.js";
import { duration, figure } from "./figures.js";
import type { Screen } from "./screen.js";
import { fit } from "./text-width.js";

const REDRAW_MS = 100;
/** Where no terminal shows it. */
const TELL_MS = 10_000;

export function seriesProgress(screen: Screen): NonNullable<SeriesHooks["onSeries"]> {
  // From the first that ended on: before it threads began, and workers read the data, which takes longer than many a series.
  let first: { readonly ended: number; readonly at: number } | null = null;
  let said = performance.now();
  return (_name, { ended, failed, of }) => {
    const now = performance.now();
    first ??= { ended, at: now };
    if (now - said < (screen.status.isLive ? REDRAW_MS : TELL_MS)) return;
    said = now;
    const since = ended - first.ended;
    const left = since > 0 ? ((now - first.at) / 1000 / since) * (of - ended) : null;
    const without = failed > 0 ? [`${figure(failed)} without a model`] : [];
    const more = of > ended && left !== null ? [`about ${duration(left)} left`] : [];
    const line = [`${figure(ended)}/${figure(of)} series`, ...without, ...more].join(", ");
    if (screen.status.isLive) screen.status.draw(fit(line, screen.status.width - 1));
    else screen.note(line);
  };
}
