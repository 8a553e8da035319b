/** From a run and raw data to one explanation: what the network saw, what went on inside, and what of it the answer hangs on. */
import { attribute, meanHorizon, memoryHorizon, saturation, trace, type AttributionMethod, type Trace } from "../../explain/index.js"; // prettier-ignore
import type { DataSource } from "../../data/index.js";
import type { Tensor } from "sluice";
import { checkChoice, checkCount, checkOptions } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import type { Run } from "../run.js";
import type { Answer, Pipeline } from "../task.js";
import type { View } from "../view.js";
import { sampleOf } from "../views/named.js";
import { METHODS, type ExplainedInput, type Explanation, type NamedAttribution, type SignalTable } from "./explanation.js"; // prettier-ignore
import { baselinesFor, focusOf, type Focus } from "./focus.js";
import { turnedAttribution, turnedEffects, turnedNumber } from "./opposite.js";
import { effectsOf, matchesOf, type Selection, type Traced } from "./units.js";
import { viewsOf } from "./views.js";

export interface ExplainRunOptions {
  /** Which sample of the data is explained, from 0. Default 0. */
  sample?: number;
  /** Name of an output (a class, also the other of two, "close +3", a piece), or its number from 0. Default: what the answer is made of. */
  output?: string | number;
  /** Of a network that answers at every step: which one, from 0. Default the last. */
  step?: number;
  /** Default "integratedGradients". */
  method?: AttributionMethod | "all";
  /** The layer whose units are looked at one by one. Default the last recurrent one. */
  layer?: string;
  /** Data of the samples over which gates and horizon are measured, and in which matches are looked for. Default those that are explained. */
  population?: DataSource;
  /** Samples over which gates and horizon are measured, at most. Default 100. */
  samples?: number;
  /** Units that are on all through these steps of the sample are looked for elsewhere, as in LSTMVis. */
  select?: Selection;
  /** Reading options, as for `predict`. */
  reading?: Readonly<Record<string, unknown>>;
}

const KNOWN = ["sample", "output", "step", "method", "layer", "population", "samples", "select", "reading"];

/**
 * Explains one sample of raw data.
 * @example const { attributions, horizon } = await explainRun(await openRun("runs/latest"), ["A superb film"]);
 * @throws SluiceError for data that the model cannot take, for a sample, output, step or layer that is not there
 */
export async function explainRun<P extends Pipeline>(
  of: Run<P>,
  data: Parameters<P["predict"]>[1],
  options: ExplainRunOptions = {},
): Promise<Explanation> {
  // Each task reads what it takes, and refuses the rest.
  const [run, source] = [of as unknown as Run, data as DataSource];
  checkOptions("explain", options, KNOWN);
  const { sample = 0, output, step, method = "integratedGradients", reading = {}, population, select } = options;
  checkChoice("explain", "method", method, [...METHODS, "all"]);
  const most = checkCount("explain", "samples", options.samples ?? 100);
  const { model } = run;
  const { task } = run.pipeline;
  const { view, others } = await viewsOf(run, source, reading, population, most);
  const one = sampleOf(view, checkCount("explain", "sample", sample, 0));
  checkLength(one);
  const [own] = (await trace(model, one.x)) as [Trace];
  const focus = focusOf(one, task, own.output, output, step);
  const traced = await tracesOf(run, others);
  const { name, index, step: at, opposite } = focus;
  const found = await attributionsOf(run, one, focus, method === "all" ? METHODS : [method]);
  const attributions = opposite ? found.map(turnedAttribution) : found;
  const effects = await effectsOf(run, { own, view: one }, focus, options.layer);
  return {
    task,
    run: run.folder,
    count: view.count,
    sample,
    reference: one.references[0]!,
    answers: await answersOf(run, source, reading, view, sample),
    outputs: outputsAt(one, own, focus),
    output: { name, index, step: at, scale: attributions[0]!.scale },
    inputs: one.inputs.map((_, i) => inputOf(one, i)),
    attributions,
    attention: attentionOf(one),
    horizon: await horizonOf(run, one, others, focus),
    layers: own.layers.map(signalsOf),
    saturation: { ...saturation(traced.map((other) => other.own)), samples: traced.length },
    effects: opposite ? turnedEffects(effects) : effects,
    matches: select ? matchesOf({ own, view: one }, traced, options.layer, select) : null,
  };
}

/** Longer ones would take minutes, and no picture could show them. */
const LONGEST = 5000;

function checkLength({ inputs }: View): void {
  const longest = Math.max(0, ...inputs.map(({ steps }) => steps[0]!.length));
  check(longest <= LONGEST, () => `explain: the sample has ${longest} steps, more than ${LONGEST}; give a part of it`);
}

/** A trace of long sequences has many numbers: no more steps than these are looked at. */
const MOST_STEPS = 50_000;

async function tracesOf({ model }: Run, samples: readonly View[]): Promise<Traced[]> {
  const traced: Traced[] = [];
  let steps = 0;
  for (const view of samples) {
    const [own] = await trace(model, view.x, { outputs: false });
    traced.push({ own: own!, view });
    steps += own!.layers[0]?.steps ?? 0;
    if (steps > MOST_STEPS) break;
  }
  return traced;
}

function outputsAt({ outputs }: View, { output }: Trace, { step }: Focus): Explanation["outputs"] {
  const from = (step ?? 0) * outputs.length;
  return outputs.flatMap(({ name, opposite }, k) => {
    const own = { name, value: output[from + k]! };
    return opposite === undefined ? [own] : [own, turnedNumber(own, opposite)];
  });
}

/** Data of more samples are not predicted as a whole for the sake of one. */
const MOST_PREDICTED = 1000;

async function answersOf(
  run: Run,
  source: DataSource,
  reading: Readonly<Record<string, unknown>>,
  { count }: View,
  sample: number,
): Promise<readonly Answer[]> {
  if (run.pipeline.task === "generate" || count > MOST_PREDICTED) return [];
  const all = await run.predict(source, reading);
  const each = all.length / count;
  return Number.isInteger(each) ? all.slice(sample * each, (sample + 1) * each) : [];
}

function attentionOf({ attention }: View): Explanation["attention"] {
  if (!attention) return null;
  const { weights, ...tokens } = attention[0]!;
  return { ...tokens, weights: weights.map(rounded) };
}

function inputOf({ x, inputs }: View, i: number): ExplainedInput {
  const { name, kind, features, steps, unknown, leftOut } = inputs[i]!;
  const words = new Set((unknown?.[0] ?? []).map((t) => steps[0]![t]!));
  const { data } = ((Array.isArray(x) ? x : [x]) as readonly Tensor[])[i]!;
  return {
    name,
    kind,
    features,
    steps: steps[0]!,
    values: kind === "tokens" ? null : rounded(data),
    unknown: [...words],
    leftOut: leftOut?.[0] ?? 0,
  };
}

/** Changes of each number by itself, at most: each is a pass through the network. */
const MOST_CHANGES = 3000;

async function attributionsOf(
  { model, pipeline: { task } }: Run,
  view: View,
  { index }: Focus,
  methods: readonly AttributionMethod[],
): Promise<NamedAttribution[]> {
  const numbers = ((Array.isArray(view.x) ? view.x : [view.x]) as readonly Tensor[]).reduce(
    (sum, x) => sum + x.size,
    0,
  );
  const by = numbers > MOST_CHANGES ? "step" : "feature";
  const all: NamedAttribution[] = [];
  for (const method of methods) {
    const windowed = method === "occlusion" && ({ by } as const);
    const [one] = await attribute(model, view.x, {
      method,
      output: index,
      baseline: baselinesFor(view, task),
      ...windowed,
    });
    const { inputs, ...rest } = one!;
    // What is only held, such as the words that were written before, has no score.
    const scored = inputs.filter(({ scores }) => scores.length > 0);
    const named = scored.map(({ name, kind, features, scores }) => {
      const own = view.inputs.find((input) => input.name === name)!;
      return {
        name,
        kind,
        steps: own.steps[0]!,
        features: features === own.features.length ? own.features : [""],
        scores: rounded(scores),
      };
    });
    all.push({ ...rest, inputs: named });
  }
  return all;
}

/** Passes that a mean horizon may cost beyond the sample's own: one for each step of each sample. */
const MOST_OCCLUDED = 1500;

/** Of the sample alone where the network answers at every step, since each sample has outputs of its own then. */
async function horizonOf(
  { model, pipeline: { task } }: Run,
  view: View,
  others: readonly View[],
  { index, step }: Focus,
): Promise<Explanation["horizon"]> {
  const isTimed = ({ kind, steps }: View["inputs"][number]) => kind !== "vector" && steps[0]!.length > 1;
  if (!view.inputs.some(isTimed)) return null;
  const of = async (one: View) =>
    (await memoryHorizon(model, one.x, { output: index, baseline: baselinesFor(one, task) }))[0]!;
  const found = [await of(view)];
  let cost = 0;
  for (const other of step === null ? others : []) {
    if (sameSample(other, view)) continue;
    cost += Math.max(...other.inputs.map(({ steps }) => steps[0]!.length));
    if (cost > MOST_OCCLUDED) break;
    found.push(await of(other));
  }
  return { ...meanHorizon(found), samples: found.length };
}

const sameSample = (a: View, b: View) => JSON.stringify(a.references) === JSON.stringify(b.references);

function signalsOf({ layer, cell, units, steps, signals }: Trace["layers"][number]): SignalTable {
  return {
    layer,
    cell,
    units,
    steps,
    signals: Object.fromEntries(Object.entries(signals).map(([name, values]) => [name, rounded(values)])),
  };
}

/** Six digits: what float32 has, without the digits that its way into decimals adds. */
function rounded(values: ArrayLike<number>): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(6)));
}
