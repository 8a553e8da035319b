/** Problems as responses of the description: those that an operation can really give. */
import type { Guards } from "../context.js";
import { PROBLEM_TYPE, PROBLEMS, type ProblemName } from "../problem.js";
import { object, type Schema } from "./shared.js";

export const PROBLEM_SCHEMA: Schema = {
  ...object(
    {
      type: { type: "string", format: "uri-reference", description: "Which problem it is; the address says more." },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string", description: "What was expected and what came." },
      errors: {
        type: "array",
        items: object(
          {
            pointer: { type: "string", description: "Where in the body: a JSON pointer." },
            detail: { type: "string" },
          },
          ["detail"],
        ),
      },
      requestId: { type: "string", description: "As in the server's log." },
    },
    ["type", "title", "status", "detail"],
  ),
  description: "A problem document (RFC 9457).",
};

/** The problems by status, those of the guards included. */
export function problemResponses(kinds: readonly ProblemName[], guards: Guards): Record<string, Schema> {
  const all: ProblemName[] = [
    ...kinds,
    ...(guards.token ? (["unauthorized", "forbidden"] as const) : []),
    ...(guards.hosts ? (["foreign-host"] as const) : []),
    ...(guards.rate ? (["too-many-requests"] as const) : []),
    "internal",
  ];
  const statuses = [...new Set(all.map((kind) => PROBLEMS[kind].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [String(status), responseOf(all.filter((kind) => PROBLEMS[kind].status === status))]),
  );
}

function responseOf(kinds: readonly ProblemName[]): Schema {
  const { status } = PROBLEMS[kinds[0]!];
  const retry = { "Retry-After": { description: "Seconds after which to try again.", schema: { type: "integer" } } };
  return {
    description: kinds.map((kind) => PROBLEMS[kind].title).join(" "),
    ...((status === 429 || status === 503) && { headers: retry }),
    content: { [PROBLEM_TYPE]: { schema: { $ref: "#/components/schemas/Problem" } } },
  };
}
