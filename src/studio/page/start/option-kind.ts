/** With which control an option is set, read off its schema. */
import type { OptionForm, OptionSchema } from "../../api/index.js";

export type OptionKind =
  | { readonly kind: "switch" }
  | { readonly kind: "choice"; readonly values: readonly (string | number | boolean)[] }
  /** Several of some; `alone` are values of their own, such as "auto". */
  | { readonly kind: "several"; readonly values: readonly string[] | "columns"; readonly alone: readonly string[] }
  | { readonly kind: "column" }
  | { readonly kind: "list"; readonly item: OptionSchema }
  | { readonly kind: "map"; readonly values: readonly string[] }
  | { readonly kind: "number"; readonly schema: OptionSchema }
  | { readonly kind: "text"; readonly schema: OptionSchema };

/** All forms that a value may have, alternatives of alternatives too. */
function formsOf(schema: OptionSchema): readonly OptionSchema[] {
  return schema.anyOf ? schema.anyOf.flatMap(formsOf) : [schema];
}

export function kindOf({ schema, holds }: OptionForm): OptionKind {
  const forms = formsOf(schema);
  const alone = forms.flatMap(({ const: value }) => (typeof value === "string" ? [value] : []));
  const items = forms.find(({ type }) => type === "array")?.items;
  if (holds !== "value" && holds !== "file")
    return holds === "columns" || items ? { kind: "several", values: "columns", alone } : { kind: "column" };
  if (items?.enum) return { kind: "several", values: items.enum.map(String), alone };
  if (items) return { kind: "list", item: items };
  if (forms.some(({ type }) => type === "boolean")) {
    return alone.length > 0 ? { kind: "choice", values: [...alone, true, false] } : { kind: "switch" };
  }
  const [form = {}] = forms;
  if (form.type === "object") {
    const { additionalProperties: values } = form;
    return { kind: "map", values: typeof values === "object" && values.enum ? values.enum.map(String) : [] };
  }
  if (form.enum) return { kind: "choice", values: form.enum };
  return isNumber(form) ? { kind: "number", schema: form } : { kind: "text", schema: form };
}

export const isNumber = ({ type }: OptionSchema): boolean => type === "number" || type === "integer";
