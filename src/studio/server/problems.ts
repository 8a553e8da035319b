/** Everything that fails is answered with a problem document (RFC 9457): plain text, which pages never take for markup. */
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Problem } from "../api/index.js";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "No session",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Too large",
  415: "Wrong kind of body",
  421: "Wrong host",
  422: "Cannot be done",
  429: "Too much at once",
  500: "A fault of the studio",
  503: "Not ready",
  504: "Took too long",
};

/** What a handler throws to answer with a status. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: ContentfulStatusCode,
    detail: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
  }
}

export function refuseUnless(
  condition: unknown,
  status: ContentfulStatusCode,
  detail: () => string,
): asserts condition {
  if (!condition) throw new Refusal(status, detail());
}

export function problemOf(error: unknown): Problem {
  const { status, detail, more } = meaningOf(error);
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, detail, ...more };
}

export function answerProblem(c: Context, error: unknown): Response {
  const problem = problemOf(error);
  return c.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, {
    "Content-Type": "application/problem+json",
  });
}

interface Meaning {
  readonly status: number;
  readonly detail: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What the library refuses is told in its own words; a fault of the program tells its name alone, the rest goes to the log. */
function meaningOf(error: unknown): Meaning {
  if (error instanceof Refusal) return { status: error.status, detail: error.message, more: error.more };
  if (error instanceof HTTPException) return { status: error.status, detail: error.message };
  if (error instanceof Error && error.name === "SluiceError") return { status: 422, detail: error.message };
  if (error instanceof Error && "syscall" in error) return { status: 422, detail: error.message };
  return { status: 500, detail: error instanceof Error ? `${error.name}: ${error.message}` : "unknown error" };
}
