import { cellsOf, kindOf } from "../../../explain/cells.js";
import { summarize } from "../../../model/summary.js";
import { modelFacts } from "../../../tasks/inspect/model-facts.js";
import type { ModelReply } from "../../api/index.js";
import type { Given } from "./methods.js";
import { openModel } from "./models.js";

export async function model({ run: place }: Given<"model">): Promise<ModelReply> {
  const { run, bytes: fileBytes } = await openModel(place);
  const { model, pipeline } = run;
  return {
    task: pipeline.task,
    signature: run.signature,
    inputs: model.inputs.map(({ node, shape }) => ({ name: node.layer.name, shape })),
    recurrent: [...cellsOf(model)].map(([cell, layer]) => ({ layer, cell: kindOf(cell), units: cell.stateSizes[0]! })),
    ...modelFacts(model),
    fileBytes,
    summary: summarize(model),
  };
}
