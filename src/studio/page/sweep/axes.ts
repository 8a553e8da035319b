/** The space of a sweep as axes, its trials as lines over them. */
import { marksOf, placeIn } from "../../../distributed/search/axes.js";
import { showValue } from "../../../distributed/search/show.js";
import { placeOf, valueAt, type Dimension, type Range } from "../../../distributed/search/space.js";
import type { SweepReply, SweepTrial } from "../../api/index.js";
import type { ParallelAxis, ParallelLine } from "../../ui/plots/index.js";
import { dimensionName } from "./words.js";
import type { ResultScale } from "./scale.js";
import { t } from "./texts.js";

/** Nearer to the ends nothing is written between them. */
const CLEAR = 0.12;
/** Of the room between two categories, how much their lines spread over. */
const SPREAD = 0.5;

export function axisOf(dimension: Dimension): ParallelAxis {
  const stops = stopsOf(dimension);
  const marks = dimension.kind === "range" && !stops ? rangeMarks(dimension) : marksOf(dimension);
  return {
    name: dimensionName(dimension.name),
    marks,
    ...(stops && { stops }),
    ...(dimension.when && { none: t("noValue") }),
    textAt: (place) => textAt(dimension, place, marks),
  };
}

export function resultAxis(name: string, scale: ResultScale, anyFailed: boolean): ParallelAxis {
  return { name, marks: scale.marks, textAt: scale.textAt, ...(anyFailed && { none: t("failedMark") }) };
}

/** Places of listed values, and of few whole numbers. */
function stopsOf(dimension: Dimension): readonly number[] | null {
  const listed = dimension.kind === "choice" || (dimension.whole && dimension.high - dimension.low < 6);
  return listed ? marksOf(dimension).map(({ at }) => at) : null;
}

/** Ends, and between them powers of ten or quarters. */
function rangeMarks(dimension: Range): ReturnType<typeof marksOf> {
  const { low, high, log } = dimension;
  const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
  const inner = log
    ? Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i))
    : [0.25, 0.5, 0.75].map((share) => valueAt(dimension, share) as number);
  const clear = (at: number) => at > CLEAR && at < 1 - CLEAR;
  const between = inner.map((value) => ({ at: placeOf(dimension, value), text: showValue(value) }));
  const [foot, head] = marksOf(dimension);
  return [foot!, ...between.filter(({ at }) => clear(at)), head!];
}

function textAt(dimension: Dimension, place: number, marks: ReturnType<typeof marksOf>): string {
  if (dimension.kind === "range") return showValue(valueAt(dimension, place));
  const near = marks.toSorted((a, b) => Math.abs(a.at - place) - Math.abs(b.at - place));
  return near[0]?.text ?? "";
}

/** Trials that have ended, the worst first, so that the best is drawn last and lies on top. */
export function linesOf({ space, trials }: SweepReply, scale: ResultScale): ParallelLine[] {
  const ended = trials.filter(({ state, value }) => state === "failed" || value !== null);
  const order = (trial: SweepTrial) => trial.rank ?? Infinity;
  ended.sort((a, b) => (order(a) === order(b) ? a.trial - b.trial : order(b) - order(a)));
  const spread = space.map((dimension) => spreadOf(dimension));
  const last = Math.max(1, trials.filter(({ rank }) => rank !== null).length - 1);
  return ended.map((own) => {
    const places = [...space.map((dimension) => placeIn(dimension, own.point[dimension.name])), scale.placeOf(own)];
    const rise = own.rank === null ? -0.5 : 0.5 - own.rank / last;
    const drawn = places.map((place, i) => (place === null ? null : place + (spread[i] ?? 0) * rise));
    return { key: own.trial, places, drawn, shade: places.at(-1) ?? null, marked: own.rank === 0 };
  });
}

/** Lines of one category fan out in the order of their results: which results it leads to is seen at a glance. */
function spreadOf(dimension: Dimension): number {
  const stops = stopsOf(dimension);
  return stops && stops.length > 1 ? Math.min(0.12, SPREAD * (stops[1]! - stops[0]!)) : 0;
}
