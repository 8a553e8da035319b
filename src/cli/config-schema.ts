/** The JSON schema of configuration files, published as schema/config.json: every option of every task. */
import { jsonSchemaOf } from "../tasks/option-json.js";
import { TASKS } from "../tasks/registry.js";

const HEAD = {
  $schema: { type: "string", description: "Address of this schema, for editors." },
  data: { type: "string", description: "File or folder to learn from, seen from the working folder." },
};

/** What is left out may come from `--set` or a flag, so nothing is required. */
export function configSchema(): object {
  const forms = Object.values(TASKS).map(({ name, description, options }) => {
    const { properties } = jsonSchemaOf(options);
    return {
      title: `sluice train --task ${name}`,
      description,
      type: "object",
      properties: { ...HEAD, task: { const: name, description: "What to learn." }, ...properties },
      additionalProperties: false,
    };
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of sluice train and sluice compare",
    anyOf: forms,
  };
}
