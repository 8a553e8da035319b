import { z } from "zod";
import { nearest } from "../util/checks.js";
import { show, SluiceError } from "../util/errors.js";

/**
 * Options are stated once, as a zod schema: from it come the types, the checks, the flags of the command line, their help, and
 * the published JSON schema.
 */
export type OptionsSchema = z.ZodObject;

/**
 * Checks what a caller gave and fills in the defaults; undefined counts as not given.
 * @throws SluiceError that names the option, what it must be and what came, or the nearest name of an unknown one
 */
export function readOptions<S extends OptionsSchema>(where: string, schema: S, given: object): z.output<S> {
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = schema.safeParse(defined);
  if (result.success) return result.data;
  throw new SluiceError(`${where}: ${result.error.issues.map((issue) => explain(schema, defined, issue)).join("; ")}`);
}

function explain(schema: OptionsSchema, given: Record<string, unknown>, issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknown(key, schema)).join("; ");
  const path = issue.path.map(String);
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], given);
  if (value === undefined) return `option ${path.join(".")} is needed`;
  const expected = issue.code === "invalid_union" ? unionOf(issue) : issue.message.replace(/^Invalid input: /, "");
  return `option ${path.join(".")}: ${expected}, got ${show(value)}`;
}

function unionOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const forms = issue.errors.map((errors) => errors[0]?.message.replace(/^Invalid input: /, "") ?? "");
  return [...new Set(forms)].join(" or ");
}

function unknown(key: string, schema: OptionsSchema): string {
  const known = Object.keys(schema.shape);
  const hint = nearest(key, known);
  return `unknown option ${show(key)}; ${hint ? `did you mean ${show(hint)}?` : `known: ${known.join(", ")}`}`;
}
