import { resolveLoss, type LossLike } from "../losses/index.js";
import type { Inputs } from "../model/feed.js";
import type { Graph } from "../model/graph.js";
import { toTensor, type TensorLike } from "../tensor/make.js";
import { Ragged } from "../tensor/ragged.js";
import { Tensor } from "../tensor/tensor.js";
import { checkChoice, checkOptions } from "../util/checks.js";
import { check } from "../util/errors.js";
import { checkValue, prepare, unitMeans, type ClampOptions } from "./ablate.js";
import { cellsOf, findCell } from "./cells.js";
import { heldOneByOne, heldOutputs, type Prepared } from "./held-outputs.js";
import { joinNumbers } from "./recorder.js";
import type { SampleValue } from "./sample-values.js";
import type { OutputOptions } from "./probes.js";
import type { UnitEffect } from "./types.js";

export interface RankUnitsOptions extends OutputOptions, ClampOptions {
  /** Whose units. Default: those of all recurrent layers. */
  layer?: string;
  /** What a unit is held at: a number, or "mean", its own mean over all steps of all samples. Default "mean". */
  value?: number | "mean";
  /** Targets [N, …] or `ragged(…)`: units are then ranked by what holding them does to the loss, and `output` has no say. */
  y?: TensorLike;
  /** With y: the loss of the model's one output. Left out: that which the model was compiled with. */
  loss?: LossLike;
}

/**
 * Units by their worth: each is held at a value at every step, and the change of an output (or of the loss) is averaged over the samples. A
 * unit whose work others do too shows little; hold several together with `ablate`. The model runs once for each unit, step by step.
 * @returns the largest effect first
 */
export async function rankUnits(graph: Graph, x: Inputs, options: RankUnitsOptions = {}): Promise<UnitEffect[]> {
  checkOptions("rankUnits", options, ["layer", "value", "output", "scale", "y", "loss", "batchSize"]);
  const { layer, value = "mean", scale = "logit", batchSize, y } = options;
  checkChoice("rankUnits", "scale", scale, ["logit", "output"]);
  if (value !== "mean") checkValue(value, "rankUnits");
  check(y !== undefined || options.loss === undefined, () => "rankUnits: a loss needs targets; give y too");
  const cells = cellsOf(graph);
  const chosen = layer === undefined ? [...cells] : [[findCell(cells, layer, "rankUnits"), layer] as const];
  check(chosen.length > 0, () => "rankUnits: the model has no recurrent layer");
  const means = value === "mean" ? await unitMeans(graph, x, batchSize) : null;
  const prepared = await prepare(graph, x, y === undefined ? scale : "output", batchSize, "rankUnits");
  const measure = y === undefined ? outputMeasure(prepared, options.output) : lossMeasure(graph, options);
  const free = measure(await heldOutputs(prepared, new Map(), true));
  const effects: UnitEffect[] = [];
  for (const [cell, name] of chosen) {
    const valueOf = (unit: number) => (means ? means.get(name)![unit]! : (value as number));
    const units = Array.from({ length: cell.stateSizes[0]! }, (_, unit) => [unit, valueOf(unit)] as const);
    const found = await heldOneByOne(prepared, cell, units, true);
    for (const [i, [unit, at]] of units.entries()) {
      const changes = measure(found[i]!).map((v, sample) => v - free[sample]!);
      const change = mean(changes);
      const effect = y === undefined ? mean(changes.map(Math.abs)) : Math.abs(change);
      effects.push({ layer: name, unit, value: at, change, effect });
    }
  }
  return effects.sort((a, b) => b.effect - a.effect || a.unit - b.unit);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** One number for each sample. */
type Measure = (samples: readonly SampleValue[][]) => number[];

/** Each sample's own output, chosen the first time, when nothing is held. */
function outputMeasure({ reader }: Prepared, output: number | undefined): Measure {
  let chosen: number[] | null = null;
  return (samples) => {
    const outputs = samples.map((values) => joinNumbers(values.map((v) => v.values)));
    chosen ??= outputs.map((own, i) => {
      return reader.choose(output, own, samples[i]!.map((v) => v.shape), "rankUnits"); // prettier-ignore
    });
    return outputs.map((own, i) => own[chosen![i]!]!);
  };
}

/** Each sample's loss, the mean over its real steps. */
function lossMeasure(graph: Graph, { loss, y }: RankUnitsOptions): Measure {
  check(
    graph.outputs.length === 1,
    () => `rankUnits: a loss goes with one output, this model has ${graph.outputs.length}`,
  );
  const own = loss === undefined ? compiledLoss(graph) : resolveLoss(loss, "rankUnits");
  const targets = y instanceof Ragged ? y : toTensor(y!, "rankUnits: y", graph.dtype);
  return (samples) => {
    check(targets.shape[0] === samples.length, () => {
      return `rankUnits: expected as many targets as samples, ${samples.length}, got ${targets.shape[0]}`;
    });
    return samples.map(([output], i) => {
      const { shape, values, real } = output!;
      const predicted = Tensor.of(values, [1, ...shape]);
      const losses = own.call(targetOf(targets, i, real), predicted, false, null).data;
      return mean(Array.from(losses));
    });
  };
}

function compiledLoss(graph: Graph) {
  const { compiled } = graph as { compiled?: { outputs: readonly { loss: ReturnType<typeof resolveLoss> }[] } };
  check(compiled !== undefined, () => "rankUnits: y needs a loss, or a model that is compiled with one");
  return compiled.outputs[0]!.loss;
}

/** The target of sample i as a batch of one; where every step has one, those of the real steps. */
function targetOf(targets: Tensor, i: number, real: readonly number[] | null): Tensor {
  if (targets instanceof Ragged) {
    const one = targets.sequence(i);
    return one.viewAs([1, ...one.shape]);
  }
  const inner = targets.shape.slice(1);
  const size = targets.size / targets.shape[0]!;
  const own = targets.data.subarray(i * size, (i + 1) * size);
  if (!real || real.length === inner[0]) return Tensor.of(own, [1, ...inner]);
  const cols = size / inner[0]!;
  const rows = own.slice(0, real.length * cols);
  for (const [to, t] of real.entries()) rows.set(own.subarray(t * cols, (t + 1) * cols), to * cols);
  return Tensor.of(rows, [1, real.length, ...inner.slice(1)]);
}
