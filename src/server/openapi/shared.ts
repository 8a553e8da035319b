/** A JSON schema, draft 2020-12, that of OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

/** @param open whether there may be further members */
export function object(properties: Schema, required: readonly string[] = [], open = false): Schema {
  const needed = required.length > 0 && { required };
  return { type: "object", properties, ...needed, ...(!open && { additionalProperties: false }) };
}

export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
