/** Arrays by input name, for plain models; and what such a model takes and gives. */
import { tensor, type Model, type Tensor } from "sluice";
import type { RecordBatch } from "apache-arrow";
import type { Json } from "../../format/json.js";
import { show, SluiceError } from "../../util/errors.js";
import { columnArray } from "../arrow/arrays.js";
import type { Limits } from "../limits.js";
import { Problem } from "../problem.js";
import { invalid, isObject, pointerStep, unknownMember } from "./fields.js";

/** An array that goes in or comes out. */
export interface ArrayField {
  readonly name: string;
  /** Without the axis of the samples; null for any number, as of time steps. */
  readonly shape: readonly (number | null)[];
  readonly type: "integer" | "number";
}

export function inputFields(model: Model): readonly ArrayField[] {
  return model.inputs.map((t) => fieldOf(t.node.layer.name, t.shape, t.dtype === "int32"));
}

/** Outputs are called as the layers that they come from; a second one of a layer has its number behind. */
export function outputFields(model: Model): readonly ArrayField[] {
  const taken = new Set<string>();
  return model.outputs.map((t, i) => {
    const { name } = t.node.layer;
    const own = taken.has(name) ? `${name}_${i + 1}` : name;
    taken.add(own);
    return fieldOf(own, t.shape, false);
  });
}

const fieldOf = (name: string, [, ...shape]: readonly (number | null)[], whole: boolean): ArrayField => ({
  name,
  shape,
  type: whole ? "integer" : "number",
});

/** By input name. @throws Problem 422 that points at what is wrong */
export function arraysInput(
  model: Model,
  body: Readonly<Record<string, Json>>,
  limits: Limits,
): Record<string, Tensor> {
  const fields = inputFields(model);
  for (const name of Object.keys(body))
    if (name !== "model" && name !== "inputs") throw unknownMember(name, ["model", "inputs"]);
  const { inputs } = body;
  if (!isObject(inputs)) {
    const names = fields.map(({ name }) => show(name)).join(", ");
    throw invalid([{ pointer: "#/inputs", detail: `expected an object with an array for each of ${names}, got ${show(inputs)}` }]); // prettier-ignore
  }
  checkNames(fields, Object.keys(inputs), "#/inputs");
  const tensors = fields.map(
    (field) => [field.name, readArray(inputs[field.name]!, `#/inputs${pointerStep(field.name)}`, model.dtype)] as const,
  );
  for (const [name, array] of tensors) checkSizes(array, `#/inputs${pointerStep(name)}`, limits);
  return Object.fromEntries(tensors);
}

/** By input name, each a column. @throws Problem 422 that names the column */
export async function columnsInput(
  model: Model,
  batches: readonly RecordBatch[],
  limits: Limits,
): Promise<Record<string, Tensor>> {
  const fields = inputFields(model);
  checkNames(fields, batches[0]?.schema.fields.map(({ name }) => name) ?? []);
  const tensors: Record<string, Tensor> = {};
  for (const { name } of fields) {
    const { data, shape } = await columnArray(batches, name);
    const array = tensor(data, [...shape], model.dtype);
    checkSizes(array, name, limits);
    tensors[name] = array;
  }
  return tensors;
}

/** @param place of the body's object of arrays; left out for the columns of a table */
function checkNames(fields: readonly ArrayField[], given: readonly string[], place?: string): void {
  const at = (name: string) => (place === undefined ? {} : { pointer: place + pointerStep(name) });
  const names = fields.map(({ name }) => name);
  const errors = [
    ...given.filter((name) => !names.includes(name)).map((name) => ({ ...at(name), detail: `the model has no input ${show(name)}; there are ${names.map(show).join(", ")}` })), // prettier-ignore
    ...names
      .filter((name) => !given.includes(name))
      .map((name) => ({ ...at(name), detail: `the input ${show(name)} is missing` })),
  ];
  if (errors.length > 0) throw invalid(errors);
}

/** Nested arrays, or `{ "shape": [2, 3], "data": [six numbers, row by row] }`. */
function readArray(value: Json, pointer: string, dtype: Model["dtype"]): Tensor {
  try {
    if (!isObject(value)) return tensor(value as never, undefined, dtype);
    const { shape, data } = value;
    if (!Array.isArray(shape) || !Array.isArray(data) || !data.every((v) => typeof v === "number"))
      throw new SluiceError("expected nested arrays, or { shape, data } with numbers in data");
    return tensor(data as number[], shape as number[], dtype);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    throw invalid([{ pointer, detail: error.message.replace(/^tensor: /, "") }]);
  }
}

function checkSizes({ shape }: Tensor, pointer: string, { maxBatch, maxLength }: Limits): void {
  const [count = 0, steps = 0] = shape;
  if (count > maxBatch)
    throw new Problem(
      "too-many-samples",
      `${pointer}: at most ${maxBatch} samples are taken in one request, got ${count}.`,
    );
  if (shape.length > 2 && steps > maxLength)
    throw new Problem("too-long", `${pointer}: at most ${maxLength} steps are taken, got ${steps}.`);
}
