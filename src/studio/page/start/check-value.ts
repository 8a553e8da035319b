/** Whether what was typed is a value of an option's schema, and what is wrong with it in the reader's language. */
import type { OptionSchema } from "../../api/index.js";
import { figure } from "../../ui/format.js";
import { isNumber } from "./option-kind.js";
import { t } from "./texts.js";

export type Parsed = { readonly value: unknown } | { readonly problem: string };

export function parseOne(text: string, schema: OptionSchema): Parsed {
  return isNumber(schema) ? parseNumber(text, schema) : parseText(text, schema);
}

/** Parts between commas; a single one stands for a list of one. */
export function parseList(text: string, item: OptionSchema): Parsed {
  const parts = text.split(/[,，]/).map((part) => part.trim());
  const values: unknown[] = [];
  for (const part of parts) {
    const parsed = parseOne(part, item);
    if ("problem" in parsed) return { problem: parts.length > 1 ? `“${part}”: ${parsed.problem}` : parsed.problem };
    values.push(parsed.value);
  }
  return { value: values };
}

function parseNumber(text: string, schema: OptionSchema): Parsed {
  const value = Number(text.trim().replace(/^(-?\d+),(\d+)$/, "$1.$2"));
  if (text.trim() === "" || !Number.isFinite(value)) return { problem: t("mustNumber") };
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = schema;
  if (schema.type === "integer" && !Number.isInteger(value)) return { problem: t("mustWhole") };
  if (minimum !== undefined && value < minimum) return { problem: t("mustLeast", { value: figure(minimum) }) };
  if (above !== undefined && value <= above) return { problem: t("mustAbove", { value: figure(above) }) };
  if (maximum !== undefined && value > maximum) return { problem: t("mustMost", { value: figure(maximum) }) };
  if (below !== undefined && value >= below) return { problem: t("mustBelow", { value: figure(below) }) };
  return { value };
}

function parseText(text: string, { minLength = 0, pattern }: OptionSchema): Parsed {
  if (text.length < minLength) return { problem: t("mustFilled") };
  if (pattern !== undefined && !new RegExp(pattern, "u").test(text)) return { problem: t("mustPattern", { pattern }) };
  return { value: text };
}
