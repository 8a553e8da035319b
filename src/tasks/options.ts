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
  const expected = issue.code === "invalid_union" ? unionOf(issue) : wordsOf(issue);
  return `${nameOf(path)}: ${expected}, got ${show(value)}`;
}

/** What the option must be. Of numbers in words of our own: zod's are "Too small: expected number to be >=1". */
function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small" && isNumeric(issue.origin))
    return `must be ${issue.inclusive === false ? "above" : "at least"} ${issue.minimum}`;
  if (issue.code === "too_big" && isNumeric(issue.origin))
    return `must be ${issue.inclusive === false ? "below" : "at most"} ${issue.maximum}`;
  if (issue.code === "invalid_type" && String(issue.expected) === "int") return "expected a whole number";
  return issue.message.replace(/^Invalid input: /, "");
}

const isNumeric = (origin: string) => origin === "number" || origin === "int";

function unionOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const forms = issue.errors.map((errors) => (errors[0] ? wordsOf(errors[0]) : ""));
  return [...new Set(forms)].join(" or ");
}

/** What is said of a name that no option has. */
export function unknownOption(key: string, schema: OptionsSchema): string {
  const known = Object.keys(schema.shape);
  // Of two letters too many names begin so.
  const hint = (key.length > 2 ? known.find((name) => name.startsWith(key)) : undefined) ?? nearest(key, known);
  return `unknown option ${show(key)}; ${hint ? `did you mean ${show(hint)}?` : `known: ${known.join(", ")}`}`;
}
