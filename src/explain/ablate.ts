import type { RecurrentCell } from "../layers/recurrent/cell.js";
import { readInputs, type Inputs } from "../model/feed.js";
import type { Graph } from "../model/graph.js";
import { kernelsReady } from "../ops/backend.js";
import { checkCount, checkOptions } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { cellsOf, checkStateless, findCell, type Cells } from "./cells.js";
import { heldOutputs, type Prepared } from "./held-outputs.js";
import { OutputReader } from "./output-scale.js";
import { checkUnit, readPins } from "./pins.js";
import { joinNumbers } from "./recorder.js";
import { trace } from "./trace.js";
import type { Held } from "./traced-scan.js";
import type { Numbers, OutputScale, Pins } from "./types.js";

export interface ClampOptions {
  /** Samples that are computed together. Default 32. */
  batchSize?: number;
}

/**
 * What the model says while units are held at values, at every step and before the first: one array a sample, its outputs flattened as
 * in `Trace.output`. Of an LSTM the state h is held, its cell state goes its own way.
 * @throws SluiceError for a layer or unit that is not there
 * @example await clamp(model, x, { gru: { 3: 0, 7: 0.5 } })
 */
export async function clamp(graph: Graph, x: Inputs, pins: Pins, options: ClampOptions = {}): Promise<Numbers[]> {
  checkOptions("clamp", options, ["batchSize"]);
  const held = readPins(pins, cellsOf(graph), "clamp");
  return flat(await prepare(graph, x, "output", options.batchSize, "clamp"), held);
}

export interface AblateOptions extends ClampOptions {
  /** Name of the recurrent layer, as in `LayerTrace.layer`. May be left out where there is one. */
  layer?: string;
  units: number | readonly number[];
  /** What the units are held at: 0, a number, or "mean", each at its own mean over all steps of all samples. Default 0. */
  value?: number | "mean";
}

/** What the model says without some units: {@link clamp} with one value for all of them. */
export async function ablate(graph: Graph, x: Inputs, options: AblateOptions): Promise<Numbers[]> {
  checkOptions("ablate", options, ["layer", "units", "value", "batchSize"]);
  const { layer, units, value = 0, batchSize } = options;
  const [cell, name] = chooseCell(cellsOf(graph), layer, "ablate");
  const list = (typeof units === "number" ? [units] : units).map((unit) => checkUnit(cell, name, unit, "ablate"));
  const means = value === "mean" ? (await unitMeans(graph, x, batchSize)).get(name)! : null;
  if (!means) checkValue(value, "ablate");
  const held = new Map([[cell, list.map((unit) => [unit, means ? means[unit]! : (value as number)] as const)]]);
  return flat(await prepare(graph, x, "output", batchSize, "ablate"), held);
}

async function flat(prepared: Prepared, held: Held): Promise<Numbers[]> {
  const samples = await heldOutputs(prepared, held, false);
  return samples.map((outputs) => joinNumbers(outputs.map(({ values }) => values)));
}

export async function prepare(
  graph: Graph,
  x: Inputs,
  scale: OutputScale,
  batchSize = 32,
  where: string,
): Promise<Prepared> {
  checkCount(where, "batchSize", batchSize);
  checkStateless(graph, where);
  const kernels = await kernelsReady(graph.dtype);
  const inputs = readInputs(x, graph.inputs, where, graph.dtype);
  graph.place(kernels);
  return { kernels, inputs, reader: new OutputReader(graph, scale), batchSize };
}

export function checkValue(value: unknown, where: string): void {
  check(typeof value === "number" && Number.isFinite(value), () => {
    return `${where}: value must be a finite number or "mean", got ${show(value)}`;
  });
}

function chooseCell(cells: Cells, name: string | undefined, where: string): [RecurrentCell, string] {
  if (name !== undefined) return [findCell(cells, name, where), name];
  check(cells.size === 1, () => {
    const names = [...cells.values()].join(", ");
    return cells.size === 0
      ? `${where}: the model has no recurrent layer`
      : `${where}: name the layer; there are ${names}`;
  });
  return [...cells][0]!;
}

/** By layer the mean of each unit's state over all steps of all samples. */
export async function unitMeans(graph: Graph, x: Inputs, batchSize?: number): Promise<Map<string, Float64Array>> {
  const traces = await trace(graph, x, { outputs: false, ...(batchSize === undefined ? {} : { batchSize }) });
  const sums = new Map<string, { sum: Float64Array; steps: number }>();
  for (const { layer, units, steps, signals } of traces.flatMap((t) => t.layers)) {
    const name = layer.replace(/(#\d+)?(\[\d+\])?$/, "");
    const own = sums.get(name) ?? { sum: new Float64Array(units), steps: 0 };
    sums.set(name, own);
    own.steps += steps;
    const state = signals["state"]!;
    for (let i = 0; i < state.length; i++) own.sum[i % units]! += state[i]!;
  }
  return new Map([...sums].map(([name, { sum, steps }]) => [name, sum.map((v) => v / steps)]));
}
