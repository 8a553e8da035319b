import { object, type Schema } from "./shared.js";

const text = { type: "string" };
const fields = { type: "array", items: object({ name: text }, ["name"], true) };

/** `ModelDescription` of models/describe.ts. */
export const MODEL_SCHEMA: Schema = object(
  {
    name: text,
    version: { ...text, pattern: "^[0-9a-f]{16}$" },
    default: { type: "boolean" },
    task: { type: ["string", "null"], description: "Null for a plain model, which takes and gives arrays." },
    sample: { enum: ["row", "rows", "text", "audio", "arrays"] },
    inputs: fields,
    outputs: fields,
    rows: { type: ["object", "null"], description: "How many rows a sample needs, and how many are looked at." },
    steppable: { type: "boolean", description: "Whether it can be run one step at a time." },
    notSteppable: { type: ["string", "null"], description: "Why not." },
    step: {
      ...object({ fields, outputs: fields, example: { type: "object" } }, ["fields", "outputs", "example"]),
      type: ["object", "null"],
      description:
        "What a session takes and answers, and a row as an example; null where there are none, and for a plain model.",
    },
    parameters: { type: "integer" },
    size: { type: "integer", description: "Bytes of its file." },
    loadedAt: { ...text, format: "date-time" },
  },
  ["name", "version", "default", "task", "sample", "inputs", "outputs", "rows", "steppable", "notSteppable", "step", "parameters", "size", "loadedAt"], // prettier-ignore
);
