/** DeepAR on windows of samples: what it is trained on, and what its paths say in raw units. */
import type { Batch, Dataset, Model } from "sluice";
import { families, type FamilyName } from "../../../distributions/index.js";
import { epochRandom } from "../../epoch-random.js";
import { inPasses } from "../../passes.js";
import type { TrainingData } from "../../task.js";
import { startOf } from "../doubt/head.js";
import type { Doubt } from "../doubt/doubt.js";
import type { Outlook } from "../doubt/outlook.js";
import type { Samples } from "../samples.js";
import { crpsOfSamples } from "../scores/crps.js";
import { rawOf, type Transform } from "../values.js";
import { samplePaths } from "./sampling.js";
import type { DeepArPlan } from "./settings.js";
import { indicesOf, scaleOf, trainingBatch, type Shape, type Start, type Track } from "./tracks.js";

/** Batches of an epoch at most; the windows are drawn anew for each. */
const BATCHES = 200;

/** Windows of the validation part at most, evenly spaced. */
const VALIDATED = 4096;

/** Share of the windows of an epoch whose series are taken for unknown, so that new series can be foreseen. */
const UNKNOWN = 0.05;

/** Where each window of the samples is foreseen from. */
export function startsOf(samples: Samples, plan: DeepArPlan): Start[] {
  const { values, settings, scaled } = samples;
  const [target] = settings.targets as [string];
  const covariates = [...settings.future, ...settings.past].map((name) => scaled[name]!);
  const tracks = new Map<unknown, Track>();
  return Array.from({ length: samples.count }, (_, i) => {
    const series = samples.seriesOf(i);
    let track = tracks.get(series);
    if (!track) {
      const said = [series.id, ...(series.categories ?? [])].filter((value) => value !== null);
      const categories = indicesOf(plan, said);
      const usual = samples.usual(series.id);
      tracks.set(
        series,
        (track = { level: values.levels[target]!, covariates, begin: series.begin, usual, categories }),
      );
    }
    return { track, origin: samples.origin(i) };
  });
}

export function shapeOf(plan: DeepArPlan, doubt: Doubt, lookback: number, horizon: number): Shape {
  const { counts, parameters } = families[doubt.head as FamilyName];
  return { plan, lookback, horizon, counts, residual: plan.residual, P: parameters.length };
}

/** Windows whose changes the head begins with, at most. */
const MOST = 2000;

/** Where the location goes on from the last value, sets the biases so that the network begins with the spread of its changes. */
export function startSteps(model: Model, starts: readonly Start[], shape: Shape): void {
  const { lookback, residual, P } = shape;
  if (!residual) return;
  const every = Math.ceil(starts.length / MOST);
  const changes = starts
    .filter((_, i) => i % every === 0)
    .map(({ track, origin }) => {
      return (track.level[origin]! - track.level[origin - 1]!) / scaleOf(track, origin, lookback, shape).scale;
    });
  model.getLayer("head").parameters[1]!.assign(Float64Array.from(startOf(Float64Array.from(changes), P)));
}

/**
 * Windows of an epoch, drawn by chance; with counts in proportion to their scale, so that the few large series are learned too (Salinas et
 * al. 2020, section 3.4).
 */
export function trainingDraws(
  starts: readonly Start[],
  shape: Shape,
  { batchSize, seed }: { batchSize: number; seed: number },
  initialEpoch: number,
): Dataset {
  const batches = Math.min(BATCHES, Math.ceil(starts.length / batchSize));
  const draw = shape.counts ? weighted(starts, shape) : null;
  const pass = function* (epoch: number): Generator<Batch> {
    const random = epochRandom(seed, epoch);
    for (let k = 0; k < batches; k++) {
      const some = Array.from({ length: Math.min(batchSize, starts.length) }, () => {
        return starts[draw ? draw(random.uniform()) : random.below(starts.length)]!;
      });
      const unknown = shape.plan.categories.map(() => 0);
      const shown = some.map(({ track }) => (random.uniform() < UNKNOWN ? unknown : track.categories));
      yield trainingBatch(some, shape, (i) => shown[i]!);
    }
  };
  return inPasses(batches, pass, initialEpoch);
}

/** From a uniform number to a window, by a search in the sums of the scales. */
function weighted(starts: readonly Start[], shape: Shape): (u: number) => number {
  let total = 0;
  const sums = Float64Array.from(
    starts,
    ({ track, origin }) => (total += scaleOf(track, origin, shape.lookback, shape).scale),
  );
  return (u) => {
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! <= u * total) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export function validationBatch(starts: readonly Start[], shape: Shape): TrainingData {
  const every = Math.ceil(starts.length / VALIDATED);
  return trainingBatch(starts.filter((_, i) => i % every === 0), shape); // prettier-ignore
}

/** Median, quantiles and CRPS of the sample paths, in raw units. */
export function pathOutlook(
  model: Model,
  starts: readonly Start[],
  shape: Shape,
  doubt: Doubt,
  transform: Transform,
): Outlook {
  const { samples: S } = shape.plan;
  const paths = samplePaths(model, starts, shape, doubt.head as FamilyName).map((level) => rawOf(transform, level));
  for (let k = 0; k < paths.length; k += S) paths.subarray(k, k + S).sort();
  const at = (p: number) =>
    Float64Array.from({ length: paths.length / S }, (_, k) => {
      if (shape.counts) return paths[k * S + Math.ceil(p * S) - 1]!; // a count, too
      const place = p * (S - 1);
      const [below, above] = [paths[k * S + Math.floor(place)]!, paths[k * S + Math.ceil(place)]!];
      return below + (place - Math.floor(place)) * (above - below);
    });
  return { point: at(0.5), quantiles: doubt.levels.map(at), crps: (truth) => crpsOfSamples(truth, paths) };
}
