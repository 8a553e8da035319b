/**
 * Flags from a zod schema of options: `batchSize: z.int().default(32).describe(…)` becomes `--batch-size <n>`, with its
 * description and default. The schema's JSON form is read for it, so that there is one place for each option.
 */
import { Option, type Command } from "commander";
import { groupOf } from "../tasks/option-groups.js";
import { jsonSchemaOf, type JsonSchema } from "../tasks/option-json.js";
import type { OptionsSchema } from "../tasks/options.js";
import { formsOf, itemOf, readValue } from "./flag-values.js";

/** An option as the command line sees it. */
export interface Flag {
  /** Its name in the schema, in configuration files and in commander's values. */
  readonly key: string;
  /** `--batch-size` */
  readonly flag: string;
  readonly schema: JsonSchema;
}

export function flagsOf(schema: OptionsSchema): Flag[] {
  const { properties = {} } = jsonSchemaOf(schema);
  return Object.entries(properties).map(([key, property]) => ({
    key,
    flag: flagOf(key),
    schema: property as JsonSchema,
  }));
}

export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Under which heading of the help a task's flag stands. */
export function headingOf(key: string): string {
  return `${groupOf(key)}:`;
}

/** Adds the flags; those of yes and no also as `--no-…`, which the help of the other names where it changes something. */
export function addFlags(command: Command, flags: readonly Flag[], headingOf: (key: string) => string): void {
  for (const { key, flag, schema } of flags) {
    const heading = headingOf(key);
    if (!isSwitch(schema)) {
      const read = (text: string) => readValue(flag, schema, text);
      const option = new Option(`${flag} <${placeholderOf(schema)}>`, helpOf(schema));
      command.addOption(option.argParser(read).helpGroup(heading));
      continue;
    }
    const off = flag.replace("--", "--no-");
    const note = schema.default === false ? "" : ` (${schema.default ? "default: yes; " : ""}${off} turns it off)`;
    command.addOption(new Option(flag, (schema.description ?? "") + note).helpGroup(heading));
    // The default is the schema's to fill in: commander's own, true beside a "--no-", would look like something given.
    command.addOption(new Option(off).hideHelp()).setOptionValue(key, undefined);
  }
}

/** What the words gave, by key; options that were not given are left out. */
export function givenFlags(command: Command, flags: readonly Flag[]): Record<string, unknown> {
  const values: Record<string, unknown> = command.opts();
  return Object.fromEntries(flags.map(({ key }) => [key, values[key]]).filter(([, value]) => value !== undefined));
}

function isSwitch(schema: JsonSchema): boolean {
  return formsOf(schema).every((form) => form.type === "boolean");
}

/** Longer lists of choices stand in the description instead. */
const LONGEST_PLACEHOLDER = 22;

function placeholderOf(schema: JsonSchema): string {
  const forms = formsOf(schema);
  const list = forms.find((form) => form.type === "array");
  if (list) return `${placeholderOf(itemOf(list))},…`;
  const choices = choicesOf(schema);
  // "," or "|" among others cannot be told from what stands between them.
  if (choices.includes("|") || choices.includes(",")) return "mark";
  const all = [...choices, ...kindsOf(schema)].join("|");
  return all.length <= LONGEST_PLACEHOLDER ? all : "name";
}

/** The words that may be given. */
function choicesOf(schema: JsonSchema): string[] {
  return formsOf(schema).flatMap((form) => {
    if (form.type === "array") return choicesOf(itemOf(form));
    return (form.enum ?? (form.const === undefined ? [] : [form.const])).map(String);
  });
}

function kindsOf(schema: JsonSchema): string[] {
  const kinds = formsOf(schema).flatMap(({ type, const: fixed, enum: choices }) => {
    if (fixed !== undefined || choices) return [];
    if (type === "number" || type === "integer") return ["n"];
    if (type === "boolean") return ["true", "false"];
    return [type === "object" ? "name=value,…" : "text"];
  });
  return [...new Set(kinds)];
}

function helpOf(schema: JsonSchema): string {
  const { description = "", default: value } = schema;
  const choices = placeholderOf(schema).startsWith("name") ? [...new Set(choicesOf(schema))] : [];
  const notes = [
    ...(choices.length > 0 ? [`one of ${choices.join(", ")}`] : []),
    ...(value === undefined || typeof value === "boolean" ? [] : [`default: ${defaultText(value)}`]),
  ];
  return notes.length > 0 ? `${description} (${notes.join("; ")})` : description;
}

function defaultText(value: JsonSchema["default"]): string {
  if (Array.isArray(value)) return value.join(",") || "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
