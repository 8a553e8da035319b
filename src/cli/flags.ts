/**
 * Flags from a zod schema of options: `batchSize: z.int().default(32).describe(…)` becomes `--batch-size <n>`, with its
 * description and default. The schema's JSON form is read for it, so that there is one place for each option.
 */
import { Option, type Command } from "commander";
import { z } from "zod";
import type { OptionsSchema } from "../tasks/options.js";
import { formsOf, itemOf, readValue, type JsonSchema } from "./flag-values.js";

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

export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Adds the flags; those of yes and no also as `--no-…`, of which the help shows the one that changes something. */
export function addFlags(command: Command, flags: readonly Flag[], groupOf: (key: string) => string): void {
  for (const { key, flag, schema } of flags) {
    const help = helpOf(schema);
    const heading = groupOf(key);
    if (!isSwitch(schema)) {
      const read = (text: string) => readValue(flag, schema, text);
      command.addOption(new Option(`${flag} <${placeholderOf(schema)}>`, help).argParser(read).helpGroup(heading));
      continue;
    }
    const [yes, no] = [new Option(flag, help), new Option(flag.replace("--", "--no-"), help)];
    (schema.default === true ? yes : no).hideHelp();
    // The default is the schema's to fill in: commander's own, true beside a "--no-", would look like something given.
    command.addOption(yes.helpGroup(heading)).addOption(no.helpGroup(heading)).setOptionValue(key, undefined);
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

function placeholderOf(schema: JsonSchema): string {
  const forms = formsOf(schema);
  const list = forms.find((form) => form.type === "array");
  if (list) return `${placeholderOf(itemOf(list))},…`;
  const words = forms.flatMap((form) => form.enum ?? (form.const === undefined ? [] : [form.const])).map(String);
  const kinds = forms.flatMap(({ type, const: fixed, enum: choices }) => {
    if (fixed !== undefined || choices) return [];
    return type === "number" || type === "integer" ? ["n"] : type === "object" ? ["name=value,…"] : ["text"];
  });
  return [...words, ...new Set(kinds)].join("|");
}

function helpOf({ description = "", default: value }: JsonSchema): string {
  if (value === undefined || value === false || value === true) return description;
  const shown = Array.isArray(value)
    ? value.join(",")
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
  return shown === "" ? description : `${description} (default: ${shown})`;
}
