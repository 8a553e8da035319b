import type { Tensor } from "sluice";
import type { Inputs } from "../../../model/feed.js";
import { readOptions } from "../../../tasks/options.js";
import { taskNamed } from "../../../tasks/registry.js";
import type { Prepared } from "../../../tasks/task.js";
import type { View } from "../../../tasks/view.js";
import { sampleOf } from "../../../tasks/views/named.js";
import type { WindowInput, WindowsReply } from "../../api/index.js";
import { toFloats } from "../../floats.js";
import type { Given } from "./methods.js";

/** Samples that are shown: enough to leaf through. */
const SHOWN = 12;
/** Longer sequences are shown by their beginning. */
const MOST_STEPS = 500;

/** The data as `task.prepare` makes them ready for training, the network untrained. */
export async function windows({ task: name, path, settings }: Given<"windows">): Promise<WindowsReply> {
  const warnings: string[] = [];
  const task = taskNamed("windows", name);
  const options = readOptions(name, task.options, settings);
  const prepared = await task.prepare(path, options, { warn: (message) => warnings.push(message) });
  try {
    const view = await viewed(prepared, path);
    const shown = spread(view.count).map((i) => sampleOf(view, i));
    return {
      task: name,
      facts: prepared.facts,
      settings: prepared.settings,
      parameters: prepared.model.countParams(),
      references: shown.flatMap(({ references }) => references),
      inputs: view.inputs.map((_, k) => inputOf(shown, k)),
      targets: [],
      warnings,
    };
  } finally {
    await prepared.close?.();
  }
}

/** Forecasts are made at the end of the data; what training sees are windows of the past. */
function viewed({ pipeline, model, settings }: Prepared, path: string): Promise<View> {
  const cut = pipeline.task === "forecast" && settings["model"] !== "deepar" && settings["irregular"] !== true;
  return pipeline.view(model, path, cut ? { windows: SHOWN } : {});
}

function spread(count: number): number[] {
  const shown = Math.min(count, SHOWN);
  return Array.from({ length: shown }, (_, i) => Math.floor(((i + 0.5) * count) / shown));
}

/** One input of all samples, padded behind. */
function inputOf(samples: readonly View[], k: number): WindowInput {
  const { name, kind, features } = samples[0]!.inputs[k]!;
  const arrays = samples.map(({ x }) => arraysOf(x)[k]!);
  const steps = samples.map(({ inputs }) => inputs[k]!.steps[0]!.slice(0, MOST_STEPS));
  const inner = arrays[0]!.shape.slice(kind === "vector" ? 1 : 2);
  const width = inner.reduce((product, n) => product * n, 1);
  const longest = Math.max(...steps.map(({ length }) => length));
  const size = kind === "vector" ? width : longest * width;
  const values = new Float32Array(samples.length * size);
  for (const [i, { data }] of arrays.entries()) values.set(data.subarray(0, Math.min(size, data.length)), i * size);
  const shape = [samples.length, ...(kind === "vector" ? [] : [longest]), ...inner];
  return { name, shape, kind, steps, features, values: toFloats(values) };
}

export function arraysOf(x: Inputs): readonly Tensor[] {
  return (Array.isArray(x) ? x : [x]) as readonly Tensor[];
}
