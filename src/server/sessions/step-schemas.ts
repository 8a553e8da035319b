/** What a step of a model takes and gives, as schemas. */
import type { Field } from "../../tasks/view.js";
import type { ServerContext } from "../context.js";
import { exampleRow, fieldSchema } from "../openapi/field-schemas.js";
import { object, type Schema } from "../openapi/shared.js";
import { outputFields } from "../predict/array-input.js";
import type { SteppedModel } from "./stepped-model.js";

const STEP: Schema = { type: "integer", minimum: 0, description: "Steps of the sequence so far." };

/** Members of a request, of which one is given, and of an answer. */
export function stepSchemas({ served, engine }: SteppedModel, { limits: { maxLength } }: ServerContext) {
  const { stepper, model } = served;
  const list = (items: Schema): Schema => ({ type: "array", items, minItems: 1, maxItems: maxLength });
  if (stepper) {
    const row = rowOf(stepper.fields);
    const items = { type: ["number", "string", "boolean", "null"] };
    const values: Schema = { type: "array", items, minItems: stepper.fields.length, maxItems: stepper.fields.length };
    const answer = object(
      Object.fromEntries(stepper.outputs.map((field) => [field.name, fieldSchema(field, true)])),
      [],
      true,
    );
    const request = {
      row,
      rows: list(row),
      values: { anyOf: [values, list(values)], description: "Values in the order of the fields." },
    };
    return {
      request,
      example: { row: exampleRow(stepper.fields) },
      response: { step: STEP, answer, answers: list(answer) },
    };
  }
  const numbers = (n: number): Schema => ({ type: "array", items: { type: "number" }, minItems: n, maxItems: n });
  const inputs = model.inputs.map((t, i) => [t.node.layer.name, numbers(engine.frameWidths[i]!)] as const);
  const frame =
    inputs.length === 1
      ? inputs[0]![1]
      : object(
          Object.fromEntries(inputs),
          inputs.map(([name]) => name),
        );
  const outputs = outputFields(model).map(({ name }) => [name, { type: "array" }] as const);
  const output: Schema = outputs.length === 1 ? outputs[0]![1] : object(Object.fromEntries(outputs));
  const zeros = inputs.map(([name], i) => [name, Array.from({ length: engine.frameWidths[i]! }, () => 0)] as const);
  return {
    request: { values: { anyOf: [frame, list(frame)] } },
    example: { values: zeros.length === 1 ? zeros[0]![1] : Object.fromEntries(zeros) },
    response: { step: STEP, output, outputs: list(output) },
  };
}

function rowOf(fields: readonly Field[]): Schema {
  const needed = fields.filter(({ optional }) => optional !== true).map(({ name }) => name);
  return object(Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, true)])), needed);
}
