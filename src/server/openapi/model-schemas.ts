/** What one model is asked and answers, as schemas and an example. */
import type { Signature } from "../../tasks/view.js";
import type { Limits } from "../limits.js";
import { inputFields, outputFields } from "../predict/array-input.js";
import { WAYS } from "../predict/task-input.js";
import type { ServedModel } from "../served-model.js";
import { arraySchema, dateOf, exampleRow, fieldSchema } from "./field-schemas.js";
import { object, type Schema } from "./shared.js";

export interface ModelSchemas {
  readonly request: Schema;
  readonly response: Schema;
  /** A body that has the right form. */
  readonly example: unknown;
  /** Whether a recording may be the body. */
  readonly listens: boolean;
}

export function modelSchemas(served: ServedModel, limits: Limits): ModelSchemas {
  return served.signature ? taskSchemas(served, served.signature, limits) : arraySchemas(served, limits);
}

const named = ({ name }: ServedModel) => ({
  model: { const: name, description: "The model's name; may be left out." },
});
const answered = ({ name }: ServedModel) => ({
  model: { const: name },
  version: { type: "string", pattern: "^[0-9a-f]{16}$", description: "Of the model's file." },
});

function arraySchemas(served: ServedModel, { maxBatch }: Limits): ModelSchemas {
  const [inputs, outputs] = [inputFields(served.model), outputFields(served.model)];
  const flat: Schema = {
    type: "object",
    description: "The numbers row by row.",
    properties: {
      shape: { type: "array", items: { type: "integer" } },
      data: { type: "array", items: { type: "number" } },
    },
    required: ["shape", "data"],
    additionalProperties: false,
  };
  const input = Object.fromEntries(
    inputs.map((field) => [field.name, { anyOf: [arraySchema(field, maxBatch), flat] }]),
  );
  const output = Object.fromEntries(outputs.map((field) => [field.name, nullable(arraySchema(field))]));
  return {
    request: object({ ...named(served), inputs: object(input, Object.keys(input)) }, ["inputs"]),
    response: object({ ...answered(served), outputs: object(output, Object.keys(output)) }, [
      "model",
      "version",
      "outputs",
    ]),
    example: {
      inputs: Object.fromEntries(inputs.map(({ name, shape }) => [name, zeros([1, ...shape.map((n) => n ?? 2)])])),
    },
    listens: false,
  };
}

/** A number that is not finite is written as null. */
function nullable(schema: Schema): Schema {
  if (schema["type"] === "array") return { ...schema, items: nullable(schema["items"] as Schema) };
  return { ...schema, type: [schema["type"], "null"] };
}

function zeros([size = 1, ...rest]: readonly number[]): unknown {
  return Array.from({ length: size }, () => (rest.length > 0 ? zeros(rest) : 0));
}

function taskSchemas(served: ServedModel, signature: Signature, limits: Limits): ModelSchemas {
  const forms = formsOf(signature, limits);
  const ways = WAYS[signature.sample];
  const options = signature.task === "translate" ? { options: SEARCH } : {};
  const answer = object(
    Object.fromEntries(signature.outputs.map((field) => [field.name, fieldSchema(field, true, true)])),
    [],
    true,
  );
  const answers = { type: "array", items: answer };
  const grouped = ways.includes("samples");
  const all = {
    type: "array",
    items: answers,
    description: "Of each sample its answers, where the request has samples.",
  };
  return {
    request: {
      ...object({ ...named(served), ...options, ...Object.fromEntries(ways.map((way) => [way, forms[way]])) }),
      oneOf: ways.map((way) => ({ required: [way] })),
    },
    response: {
      ...object({ ...answered(served), answers, ...(grouped && { samples: all }) }, ["model", "version"]),
      oneOf: [{ required: ["answers"] }, ...(grouped ? [{ required: ["samples"] }] : [])],
    },
    example: exampleBody(signature),
    listens: signature.sample === "audio",
  };
}

const SEARCH: Schema = object({
  beamWidth: { type: "integer", minimum: 1, maximum: 64 },
  lengthPenalty: { type: "number", minimum: 0 },
  coveragePenalty: { type: "number", minimum: 0 },
});

function formsOf({ sample, inputs, rows: count }: Signature, { maxBatch, maxLength }: Limits): Record<string, Schema> {
  const fields = Object.fromEntries(inputs.map((field) => [field.name, fieldSchema(field, true)]));
  const needed = inputs.filter(({ optional }) => optional !== true).map(({ name }) => name);
  const row = object(fields, sample === "row" ? needed : []);
  const least =
    count === undefined
      ? ""
      : ` At least ${count.least} are needed${count.most === null ? "" : `; ${count.most} at most are looked at`}.`;
  const rows: Schema = {
    type: "array",
    items: row,
    minItems: 1,
    maxItems: sample === "rows" ? maxLength : maxBatch,
    description: sample === "rows" ? `The rows of a sample in their order; null where a value is missing.${least}` : "Each row is a sample; null where a value is missing.", // prettier-ignore
  };
  const list = (items: Schema): Schema => ({ type: "array", items, minItems: 1, maxItems: maxBatch });
  const columns = Object.fromEntries(
    inputs.map((field) => [field.name, { type: "array", items: fieldSchema(field, true) }]),
  );
  const wav = { type: "string", contentEncoding: "base64", contentMediaType: "audio/wav" };
  const rate = { type: "integer", minimum: 1000, maximum: 384_000 };
  const pcm = object({ pcm: { type: "string", contentEncoding: "base64" }, sampleRate: rate }, ["pcm", "sampleRate"]);
  return {
    rows,
    columns: { ...object(columns, needed), description: "The same by column: lists of one length." },
    samples: { ...list(rows), description: "Several samples, each a list of rows." },
    texts: list({ type: "string", maxLength }),
    audio: {
      ...list({ anyOf: [wav, pcm] }),
      description: "WAV files; or 16-bit samples of one channel, little-endian, and their rate in Hz.",
    },
  };
}

/** As many rows as a sample needs, a day apart, so that the example is answered as it stands. */
function exampleBody({ sample, inputs, rows }: Signature): unknown {
  if (sample === "text") return { texts: ["some text"] };
  if (sample === "audio") return { audio: ["UklGRg=="] };
  const row = exampleRow(inputs);
  if (sample === "row") return { rows: [row] };
  const days = inputs.filter(({ type }) => type === "date").map(({ name }) => name);
  const dated = (day: number) => Object.fromEntries(days.map((name) => [name, dateOf(day)]));
  return { rows: Array.from({ length: rows?.least ?? 2 }, (_, day) => ({ ...row, ...dated(day) })) };
}
