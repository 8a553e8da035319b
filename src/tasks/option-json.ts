import { z } from "zod";
import type { OptionsSchema } from "./options.js";

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** What may be given, as JSON schema; with the defaults of lists too, which zod leaves out where it also changes them. */
export function jsonSchemaOf(schema: OptionsSchema): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      if (zodSchema instanceof z.ZodDefault) jsonSchema.default ??= zodSchema.def.defaultValue as JsonSchema["default"];
    },
  });
}
