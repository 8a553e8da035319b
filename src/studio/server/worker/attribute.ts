import { attribute, memoryHorizon } from "../../../explain/index.js";
import type { AttributionReply, HorizonReply, Maybe } from "../../api.js";
import { toFloats } from "../../floats.js";
import type { Given } from "./methods.js";
import { openModel } from "./models.js";
import { seen } from "./samples.js";

const finite = (value: number): Maybe => (Number.isFinite(value) ? value : null);

export async function horizonOf({ run: place, request }: Given<"horizon">): Promise<HorizonReply> {
  const opened = await openModel(place);
  const { view } = await seen(opened, place, request.input);
  const { output } = request;
  const [horizon] = await memoryHorizon(opened.run.model, view.x, output === undefined ? {} : { output });
  const { gradient, occlusion, ...rest } = horizon!;
  return {
    horizon: { ...rest, gradient: gradient.map(finite), occlusion: occlusion.map(finite) },
    outputNames: view.outputs,
  };
}

export async function attributionOf({ run: place, request }: Given<"attribution">): Promise<AttributionReply> {
  const opened = await openModel(place);
  const { view } = await seen(opened, place, request.input);
  const { output, method = "integratedGradients" } = request;
  const options = { method, ...(output !== undefined && { output }) };
  const [attribution] = await attribute(opened.run.model, view.x, options);
  const inputs = attribution!.inputs.map(({ scores, ...input }, k) => ({
    ...input,
    scores: toFloats(scores),
    stepNames: view.inputs[k]?.steps[0] ?? [],
    featureNames: view.inputs[k]?.features ?? [],
  }));
  return { attribution: { ...attribution!, inputs }, outputNames: view.outputs };
}
