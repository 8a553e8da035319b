// Writes schema/config.json and schema/output.json from the zod schemas of dist/cli (build first): the JSON schemas that the
// package publishes. `--check` writes nothing and fails where a file is not current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "prettier";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { configSchema } = await import("../dist/cli/config-schema.js");
const { replySchema } = await import("../dist/cli/reply-schema.js");

const FILES = { "schema/config.json": configSchema(), "schema/output.json": replySchema() };

mkdirSync(join(root, "schema"), { recursive: true });
for (const [name, schema] of Object.entries(FILES)) {
  const path = join(root, name);
  const text = await format(JSON.stringify(schema), { parser: "json", printWidth: 120 });
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (process.argv.includes("--check")) {
    console.error(`${name} is not current: run \`node --conditions=sluice-modules scripts/write-schema.mjs\``);
    process.exitCode = 1;
  } else writeFileSync(path, text);
}
