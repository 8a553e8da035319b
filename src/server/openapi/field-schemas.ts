/** Fields of models as JSON schemas (draft 2020-12, that of OpenAPI 3.1). */
import type { Field } from "../../tasks/view.js";
import type { ArrayField } from "../predict/array-input.js";
import type { Schema } from "./shared.js";

/** More values than these are not listed: a page of them helps nobody. */
const MOST_VALUES = 50;

/**
 * @param missing whether null may stand for no value
 * @param closed whether a category has the values that were seen in training and no others, as those of an answer
 */
export function fieldSchema(field: Field, missing: boolean, closed = false): Schema {
  const item = closed && field.type === "category" && field.values ? classSchema(field.values) : itemSchema(field);
  const own: Schema = field.list === true ? { type: "array", items: item } : item;
  const described = { ...(missing ? orNull(own) : own), ...describe(field) };
  return field.unit === undefined ? described : { ...described, "x-unit": field.unit };
}

function itemSchema({ type, example, values = example === undefined ? [] : [example] }: Field): Schema {
  if (type === "number") return { type: "number" };
  if (type === "boolean") return { type: "boolean" };
  if (type === "date") return { type: ["string", "number"] };
  if (type === "audio") return { type: "string", contentEncoding: "base64", contentMediaType: "audio/wav" };
  const examples = values.length > 0 && { examples: values.slice(0, MOST_VALUES) };
  return { type: type === "category" ? ["string", "number", "boolean"] : "string", ...examples };
}

const classSchema = (values: readonly (string | number)[]): Schema => ({
  type: ["string", "number"],
  enum: [...values],
});

function orNull(schema: Schema): Schema {
  const { enum: values } = schema;
  const type = [schema["type"], "null"].flat();
  return Array.isArray(values) ? { ...schema, type, enum: [...(values as unknown[]), null] } : { ...schema, type };
}

function describe({ type, unit, description }: Field): { readonly description?: string } {
  const parts = [
    description,
    unit === undefined ? undefined : `In ${unit}.`,
    type === "date" ? "ISO 8601, or milliseconds since 1970." : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? { description: parts.join(" ") } : {};
}

/** Nested lists of one array: the axis of the samples first. */
export function arraySchema({ shape, type }: ArrayField, samples?: number): Schema {
  let schema: Schema = { type };
  for (const size of shape.toReversed()) {
    schema = {
      type: "array",
      items: schema,
      ...(size === null ? { minItems: 1 } : { minItems: size, maxItems: size }),
    };
  }
  return { type: "array", items: schema, minItems: 1, ...(samples !== undefined && { maxItems: samples }) };
}

/** Days that follow each other, for examples. */
export function dateOf(day: number): string {
  return new Date(Date.UTC(2026, 4, 31 + day)).toISOString().slice(0, 10);
}

/** A value that the field takes, for examples. */
export function exampleOf({ type, values, example, list }: Field): unknown {
  const one = example ?? values?.[0] ?? EXAMPLES[type];
  return list === true ? [one] : one;
}

/** A row that a model takes, for examples: what it may lack is left out. */
export function exampleRow(fields: readonly Field[]): Record<string, unknown> {
  const needed = fields.filter(({ optional }) => optional !== true);
  return Object.fromEntries(needed.map((field) => [field.name, exampleOf(field)]));
}

const EXAMPLES: Readonly<Record<Field["type"], unknown>> = {
  number: 0,
  category: "a",
  text: "some text",
  date: dateOf(0),
  boolean: true,
  audio: "UklGRg==",
};
