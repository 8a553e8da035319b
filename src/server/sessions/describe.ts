/** Sessions in the OpenAPI description: what a step of each model takes and gives. */
import type { Field } from "../../tasks/view.js";
import type { ServerContext } from "../context.js";
import { fieldSchema } from "../openapi/field-schemas.js";
import { problemResponses } from "../openapi/responses.js";
import { object, ref, type Schema } from "../openapi/shared.js";
import { outputFields } from "../predict/array-input.js";
import { JSON_TYPE } from "../predict/media-types.js";
import type { ProblemName } from "../problem.js";
import type { Sessions } from "./sessions.js";
import type { SteppedModel } from "./stepped-model.js";

const text: Schema = { type: "string" };
const count: Schema = { type: "integer", minimum: 0 };
const VERSION: Schema = { type: "string", pattern: "^[0-9a-f]{16}$" };
const TOKEN: Schema = { ...text, description: "The signed state; the next step is asked for with it." };
const ENDS: Schema = { ...text, format: "date-time", description: "When the token ends." };
const STEP: Schema = { ...count, description: "Steps of the sequence so far." };

const BODY: readonly ProblemName[] = ["malformed-json", "body-too-large", "unsupported-media-type", "invalid-input", "too-long"]; // prettier-ignore
const STEPPING: readonly ProblemName[] = [...BODY, "overloaded"];

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
        models.flatMap(({ name, request, response }) => [
          [`${name}.StepRequest`, object(request)],
          [`${name}.StepResponse`, object(response, ["step"], true)],
        ]),
      ),
    },
  };
}

/** Members of a request, of which one is given, and of an answer. */
function stepSchemas({ served, engine }: SteppedModel, { limits: { maxLength } }: ServerContext) {
  const { stepper, model } = served;
  const list = (items: Schema): Schema => ({ type: "array", items, minItems: 1, maxItems: maxLength });
  if (stepper) {
    const row = rowOf(stepper.fields);
    const items = { type: ["number", "string", "boolean", "null"] };
    const values: Schema = { type: "array", items, minItems: stepper.fields.length, maxItems: stepper.fields.length };
    const answer = object(
      Object.fromEntries(stepper.outputs.map((field) => [field.name, fieldSchema(field, true)])),
      [],
      true,
    );
    const request = {
      row,
      rows: list(row),
      values: { anyOf: [values, list(values)], description: "Values in the order of the fields." },
    };
    return { request, response: { step: STEP, answer, answers: list(answer) } };
  }
  const numbers = (n: number): Schema => ({ type: "array", items: { type: "number" }, minItems: n, maxItems: n });
  const inputs = model.inputs.map((t, i) => [t.node.layer.name, numbers(engine.frameWidths[i]!)] as const);
  const frame =
    inputs.length === 1
      ? inputs[0]![1]
      : object(
          Object.fromEntries(inputs),
          inputs.map(([name]) => name),
        );
  const outputs = outputFields(model).map(({ name }) => [name, { type: "array" }] as const);
  const output: Schema = outputs.length === 1 ? outputs[0]![1] : object(Object.fromEntries(outputs));
  return {
    request: { values: { anyOf: [frame, list(frame)] } },
    response: { step: STEP, output, outputs: list(output) },
  };
}

function rowOf(fields: readonly Field[]): Schema {
  const needed = fields.filter(({ optional }) => optional !== true).map(({ name }) => name);
  return object(Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, true)])), needed);
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
