import { saturation, trace, type Pins, type Trace } from "../../../explain/index.js";
import type { InputReply, InsideReply, InsideRequest, LayerReply, Maybe } from "../../api/index.js";
import { toFloats } from "../../floats.js";
import type { Given } from "./methods.js";
import { openModel, type Opened } from "./models.js";
import { lastOf } from "./outputs.js";
import { pcmOf, seen, type Seen } from "./samples.js";
import { arraysOf } from "./windows.js";

/** Their answers take as long as the text that is written. */
const SLOW = ["generate"];

export async function inside({ run: place, request }: Given<"inside">): Promise<InsideReply> {
  const opened = await openModel(place);
  const sample = await seen(opened, place, request.input);
  const { model, pipeline } = opened.run;
  const { view } = sample;
  const pins = pinsOf(request);
  const [own] = await trace(model, view.x, { pins });
  const held = Object.keys(pins).length > 0;
  const [before] = held ? await trace(model, view.x, { outputs: false }) : [];
  return {
    task: pipeline.task,
    layers: own!.layers.map(layerOf),
    input: await inputOf(sample),
    outputNames: view.outputs,
    output: finite(lastOf(own!, view).values),
    outputs: own!.outputs && toFloats(own!.outputs),
    answers: await answersOf(opened, sample),
    saturation: saturation([own!]).gates,
    before: before ? finite(lastOf(before, view).values) : null,
  };
}

/** A layer that is used twice, or for several sequences of a sample, has one set of units. */
export const cellOf = (layer: string) => layer.replace(/(?:#\d+)?(?:\[\d+\])?$/, "");

function pinsOf({ pins = [], ablate = [] }: InsideRequest): Pins {
  const held: Record<string, Record<number, number>> = {};
  const hold = (layer: string, unit: number, value: number) => ((held[cellOf(layer)] ??= {})[unit] = value);
  for (const { layer, unit, value } of pins) hold(layer, unit, value);
  for (const { layer, unit } of ablate) hold(layer, unit, 0);
  return held;
}

function layerOf({ signals, ...layer }: Trace["layers"][number]): LayerReply {
  const sent = Object.entries(signals).map(([name, values]) => [name, toFloats(values)] as const);
  return { ...layer, signals: Object.fromEntries(sent) };
}

const finite = (values: ArrayLike<number>): Maybe[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? value : null));

/** The first input with steps, or the first. */
async function inputOf({ view, clip }: Seen): Promise<InputReply> {
  const timed = view.inputs.findIndex(({ kind }) => kind !== "vector");
  const k = Math.max(0, timed);
  const { name, kind, steps, features } = view.inputs[k]!;
  const values = kind === "tokens" ? null : toFloats(arraysOf(view.x)[k]!.data);
  const audio = clip && (await pcmOf(clip));
  return { name, kind, steps: steps[0]!, features, values, ...(audio && { audio }) };
}

async function answersOf({ run }: Opened, { source }: Seen): Promise<InsideReply["answers"]> {
  return source === null || SLOW.includes(run.pipeline.task) ? [] : run.predict(source);
}
