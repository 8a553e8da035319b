import { attribute, memoryHorizon } from "../../../explain/index.js";
import type { AttributionReply, HorizonReply, Maybe } from "../../api/index.js";
import { toFloats } from "../../floats.js";
import type { Given } from "./methods.js";
import { openModel } from "./models.js";
import { lastStep, outputAt } from "./outputs.js";
import { seen } from "./samples.js";

const finite = (value: number): Maybe => (Number.isFinite(value) ? value : null);

export async function horizonOf({ run: place, request }: Given<"horizon">): Promise<HorizonReply> {
  const opened = await openModel(place);
  const { model } = opened.run;
  const { view } = await seen(opened, place, request.input);
  const last = await lastStep(model, view);
  const [horizon] = await memoryHorizon(model, view.x, outputAt(last, request.output));
  const { gradient, occlusion, output, ...rest } = horizon!;
  return {
    horizon: {
      ...rest,
      output: output - last.offset,
      gradient: gradient.map(finite),
      occlusion: occlusion.map(finite),
    },
    outputNames: view.outputs,
  };
}

export async function attributionOf({ run: place, request }: Given<"attribution">): Promise<AttributionReply> {
  const opened = await openModel(place);
  const { model } = opened.run;
  const { view } = await seen(opened, place, request.input);
  const last = await lastStep(model, view);
  const { method = "integratedGradients" } = request;
  const [attribution] = await attribute(model, view.x, { method, ...outputAt(last, request.output) });
  const inputs = attribution!.inputs.map(({ scores, ...input }, k) => ({
    ...input,
    scores: toFloats(scores),
    stepNames: view.inputs[k]?.steps[0] ?? [],
    featureNames: view.inputs[k]?.features ?? [],
  }));
  return {
    attribution: { ...attribution!, output: attribution!.output - last.offset, inputs },
    outputNames: view.outputs,
  };
}
