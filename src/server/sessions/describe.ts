/** Sessions in the OpenAPI description: what a step of each model takes and gives. */
import type { ServerContext } from "../context.js";
import { problemResponses } from "../openapi/responses.js";
import { object, ref, type Schema } from "../openapi/shared.js";
import { JSON_TYPE } from "../predict/media-types.js";
import type { ProblemName } from "../problem.js";
import type { Sessions } from "./sessions.js";
import { stepSchemas } from "./step-schemas.js";

const text: Schema = { type: "string" };
const count: Schema = { type: "integer", minimum: 0 };
const VERSION: Schema = { type: "string", pattern: "^[0-9a-f]{16}$" };
const TOKEN: Schema = { ...text, description: "The signed state; the next step is asked for with it." };
const ENDS: Schema = { ...text, format: "date-time", description: "When the token ends." };
const STEP: Schema = { ...count, description: "Steps of the sequence so far." };

const BODY: readonly ProblemName[] = ["malformed-json", "body-too-large", "unsupported-media-type", "invalid-input", "too-long"]; // prettier-ignore
const STEPPING: readonly ProblemName[] = [...BODY, "overloaded"];

const REFUSED: readonly ProblemName[] = [
  "bad-request",
  "foreign-origin",
  "unknown-model",
  "not-supported",
  "upgrade-required",
  "too-many-sessions",
  "shutting-down",
];
const UPGRADED: Schema = {
  101: { description: "Messages are bodies of steps, answered in their order; or numbers, or sound." },
};
const query = (name: string, schema: Schema, description: string): Schema => ({
  name,
  in: "query",
  schema,
  description,
});
const STREAM_PARAMETERS = [
  query("model", text, "The model's name; default the first."),
  query("binary", { enum: ["float32", "pcm16"], default: "float32" }, "What binary messages are."),
  query(
    "answers",
    { enum: ["json", "float32"], default: "json" },
    "What answers are; numbers for models without a task.",
  ),
  query(
    "rate",
    { type: "integer", minimum: 4000, maximum: 384_000 },
    "Of sound: samples a second; default those of the model.",
  ),
];

const SESSION: Schema = object(
  {
    session: { ...text, format: "uuid", description: "Whoever knows it may go on with the session." },
    model: text,
    version: VERSION,
    state: { const: "server" },
    step: STEP,
    secondsLeft: { ...count, description: "After so many seconds without a request it is closed." },
    replaced: {
      type: "boolean",
      description: "Whether there is a newer version of the model, which new sessions get.",
    },
  },
  ["session", "model", "version", "state", "step", "secondsLeft", "replaced"],
  true,
);
const CARRIED: Schema = object(
  { model: text, version: VERSION, state: { const: "token" }, step: STEP, ends: ENDS, token: TOKEN },
  ["model", "version", "state", "step", "ends", "token"],
  true,
);

/** Nothing where no model can be run step by step. */
export function describeSessions(sessions: Sessions): {
  paths: Record<string, Schema>;
  schemas: Record<string, Schema>;
} {
  const { context } = sessions;
  const served = context.models.list().filter(({ notSteppable }) => notSteppable === null);
  if (served.length === 0) return { paths: {}, schemas: {} };
  const models = served.map((one) => ({ name: one.name, ...stepSchemas(sessions.stepped(one), context) }));
  const names = models.map(({ name }) => name);
  return {
    paths: pathsOf(context, names),
    schemas: {
      Session: SESSION,
      CarriedState: CARRIED,
      ...Object.fromEntries(
        models.flatMap(({ name, request, example, response }) => [
          [`${name}.StepRequest`, { ...object(request), examples: [example] }],
          [`${name}.StepResponse`, object(response, ["step"], true)],
        ]),
      ),
    },
  };
}

function pathsOf({ guards, models }: ServerContext, names: readonly string[]): Record<string, Schema> {
  const any = (suffix: string, ...also: Schema[]) => ({
    allOf: [{ anyOf: names.map((name) => ref(`${name}.${suffix}`)) }, ...also],
  });
  const json = (schema: Schema) => ({ [JSON_TYPE]: { schema } });
  const begin = object(
    { model: { enum: models.list().map(({ name }) => name) }, state: { enum: ["server", "token"], default: "server" } },
    [],
    true,
  );
  const parameters = [{ name: "session", in: "path", required: true, schema: text }];
  const operation = (
    operationId: string,
    summary: string,
    answer: Schema,
    kinds: readonly ProblemName[],
    body?: Schema,
  ): Schema => ({
    operationId,
    summary,
    ...(body && { requestBody: { required: operationId !== "openSession", content: json(body) } }),
    responses: { ...answer, ...problemResponses(kinds, guards) },
  });
  const answered = (schema: Schema) => ({ 200: { description: "What the network answers.", content: json(schema) } });
  const found = { 200: { description: "The session.", content: json(ref("Session")) } };
  const made = {
    201: {
      description: "The session, or the token of its state.",
      content: json({ anyOf: [ref("Session"), ref("CarriedState")] }),
    },
  };
  const carried = object(
    { token: TOKEN, model: text, version: VERSION, ends: ENDS },
    ["token", "model", "version", "ends"],
    true,
  );
  return {
    "/v1/sessions": {
      post: operation(
        "openSession",
        "Begin a sequence",
        made,
        [...STEPPING, "unknown-model", "not-supported", "too-many-sessions", "shutting-down"],
        begin,
      ),
    },
    "/v1/sessions/{session}": {
      parameters,
      get: operation("session", "Where a session stands", found, ["unknown-session"]),
      delete: operation("closeSession", "End a session", { 204: { description: "It is closed." } }, [
        "unknown-session",
      ]),
    },
    "/v1/sessions/{session}/step": {
      parameters,
      post: operation(
        "stepSession",
        "Go on by one step or several",
        answered(any("StepResponse")),
        [...STEPPING, "unknown-session", "session-busy"],
        any("StepRequest"),
      ),
    },
    "/v1/stream": {
      get: {
        ...operation("stream", "One sequence over WebSocket, where the server takes it", UPGRADED, REFUSED),
        parameters: STREAM_PARAMETERS,
      },
    },
    "/v1/step": {
      post: operation(
        "step",
        "Go on from a state that travels",
        answered(any("StepResponse", carried)),
        [...STEPPING, "bad-state", "expired-state", "stale-version", "unknown-model"],
        object({ token: TOKEN }, ["token"], true),
      ),
    },
  };
}
