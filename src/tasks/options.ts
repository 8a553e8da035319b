import type { z } from "zod";
import { nearest } from "../util/checks.js";
import { show, SluiceError } from "../util/errors.js";

/**
 * Options are stated once, as a zod schema: from it come the types, the checks, the flags of the command line, their help, and
 * the published JSON schema.
 */
export type OptionsSchema = z.ZodObject;

/** What a message calls the option at a path; the command line has its own names. */
export type OptionName = (path: readonly string[]) => string;

/**
 * Checks what a caller gave and fills in the defaults; undefined counts as not given.
 * @throws SluiceError that names the option, what it must be and what came, or the nearest name of an unknown one
 */
export function readOptions<S extends OptionsSchema>(
  where: string,
  schema: S,
  given: object,
  nameOf: OptionName = (path) => `option ${path.join(".")}`,
): z.output<S> {
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = schema.safeParse(defined);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => explain(schema, defined, issue, nameOf));
  throw new SluiceError(`${where}: ${problems.join("; ")}`);
}

function explain(
  schema: OptionsSchema,
  given: Record<string, unknown>,
  issue: z.core.$ZodIssue,
  nameOf: OptionName,
): string {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownOption(key, schema)).join("; ");
  const path = issue.path.map(String);
  const value = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], given);
  if (value === undefined) return `${nameOf(path)} is needed`;
  const expected = issue.code === "invalid_union" ? unionOf(issue) : issue.message.replace(/^Invalid input: /, "");
  return `${nameOf(path)}: ${expected}, got ${show(value)}`;
}

function unionOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const forms = issue.errors.map((errors) => errors[0]?.message.replace(/^Invalid input: /, "") ?? "");
  return [...new Set(forms)].join(" or ");
}

/** What is said of a name that no option has. */
export function unknownOption(key: string, schema: OptionsSchema): string {
  const known = Object.keys(schema.shape);
  const hint = nearest(key, known);
  return `unknown option ${show(key)}; ${hint ? `did you mean ${show(hint)}?` : `known: ${known.join(", ")}`}`;
}
