/** Values from the texts of flags and of `--set`, as the JSON schema of an option wants them. */
import type { JsonSchema } from "../tasks/option-json.js";
import { UsageError } from "./errors.js";

/** The simple forms that a value may take, whichever way the schema combines them. */
export function formsOf(schema: JsonSchema): JsonSchema[] {
  const parts = schema.anyOf ?? schema.oneOf;
  return parts ? parts.flatMap((part) => formsOf(part as JsonSchema)) : [schema];
}

/** What a list holds. */
export function itemOf({ items }: JsonSchema): JsonSchema {
  return typeof items === "object" && !Array.isArray(items) ? (items as JsonSchema) : {};
}

/**
 * `32,64` is a list, `a=text,b=date` a record, `0.1` a number, where the schema has such.
 * @param name of the flag, for messages
 * @throws UsageError where only a number would do; everything else is left for the schema to judge
 */
export function readValue(name: string, schema: JsonSchema, text: string): unknown {
  const forms = formsOf(schema);
  // Before lists: in `"all" or a list of columns`, all is the word and not a column.
  if (forms.some((form) => form.const === text || form.enum?.includes(text))) return text;
  const list = forms.find((form) => form.type === "array");
  if (list) return splitList(name, text).map((item) => readValue(name, itemOf(list), item));
  const record = forms.find((form) => form.type === "object");
  if (record && text.includes("=")) return readRecord(name, record, text);
  return readScalar(name, forms, text);
}

/** An item, in double quotes where it holds a comma itself, as a field of CSV; and the comma before it. */
const ITEM = /(?:^|,)\s*(?:"(?<quoted>(?:[^"]|"")*)"|(?<bare>[^,"]*?))\s*(?=,|$)/gy;

export function splitList(name: string, text: string): string[] {
  const matches = [...text.matchAll(ITEM)];
  const items = matches.map(({ groups }) => groups!["quoted"]?.replaceAll('""', '"') ?? groups!["bare"]!);
  const length = matches.reduce((sum, [whole]) => sum + whole.length, 0);
  if (length === text.length && !items.includes("")) return items;
  throw new UsageError(`${name}: expected items with commas between them, got ${JSON.stringify(text)}`);
}

function readRecord(name: string, record: JsonSchema, text: string): Record<string, unknown> {
  const entries = splitList(name, text).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`${name}: expected NAME=VALUE, got ${JSON.stringify(pair)}`);
    const key = pair.slice(0, at).trim();
    const value = record.properties?.[key] ?? record.additionalProperties;
    return [key, readValue(name, typeof value === "object" ? (value as JsonSchema) : {}, pair.slice(at + 1).trim())];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function readScalar(name: string, forms: readonly JsonSchema[], text: string): unknown {
  const has = (...types: string[]) =>
    forms.some((form) => [form.type ?? []].flat().some((type) => types.includes(type)));
  if (has("boolean") && /^(true|false)$/.test(text)) return text === "true";
  if (has("null") && text === "null") return null;
  if (!has("number", "integer")) return text;
  const number = Number(text);
  if (text.trim() !== "" && !Number.isNaN(number)) return number;
  if (forms.length > 1) return text;
  throw new UsageError(`${name}: expected a number, got ${JSON.stringify(text)}`);
}
