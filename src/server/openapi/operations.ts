/** The operations of the description, each with the responses that it can really give. */
import type { Guards } from "../context.js";
import { EVENTS_TYPE } from "../generate/events-type.js";
import { ANSWER_TYPES, BODY_TYPES, JSON_TYPE } from "../predict/media-types.js";
import type { ProblemName } from "../problem.js";
import type { ModelSchemas } from "./model-schemas.js";
import { problemResponses } from "./responses.js";
import { object, ref, type Schema } from "./shared.js";

const text: Schema = { type: "string" };

const PREDICT: readonly ProblemName[] = [
  "malformed-json",
  "malformed-arrow",
  "not-acceptable",
  "body-too-large",
  "unsupported-media-type",
  "invalid-input",
  "too-many-samples",
  "too-long",
  "overloaded",
  "shutting-down",
];

const MODEL_PARAMETER: Schema = {
  name: "model",
  in: "query",
  description: "The model's name; default the first. In JSON it may stand in the body instead.",
  schema: text,
};

/** @param asked the models that it may be about: of several the request says which */
export function predictOperation(
  guards: Guards,
  asked: readonly (ModelSchemas & { readonly name: string })[],
  operationId: string,
  summary: string,
): Schema {
  const any = operationId === "predict";
  const either = (suffix: string) => {
    const refs = asked.map(({ name }) => ref(`${name}.${suffix}`));
    return refs.length === 1 ? refs[0] : { anyOf: refs };
  };
  const types = BODY_TYPES.filter((type) => type !== "audio/wav" || asked.some(({ listens }) => listens));
  const body = { [JSON_TYPE]: { schema: either("PredictRequest"), example: asked[0]!.example } };
  const answer = { [JSON_TYPE]: { schema: either("PredictResponse") } };
  const empty = (list: readonly string[]) => Object.fromEntries(list.map((type) => [type, {}]));
  return {
    operationId,
    summary,
    ...(any && { parameters: [MODEL_PARAMETER] }),
    requestBody: { required: true, content: { ...empty(types), ...body } },
    responses: {
      200: { description: "The answers.", content: { ...empty(ANSWER_TYPES), ...answer } },
      ...problemResponses(any ? [...PREDICT, "unknown-model"] : PREDICT, guards),
    },
  };
}

const GENERATE: readonly ProblemName[] = [
  "malformed-json",
  "unknown-model",
  "not-acceptable",
  "body-too-large",
  "unsupported-media-type",
  "invalid-input",
  "too-long",
  "not-supported",
  "overloaded",
  "shutting-down",
];

const EVENTS = [
  'Events "piece" with data {"text"}, then one "done" with {"model", "version"};',
  '"problem" with a problem document where it fails on the way, "stopped" at shutdown.',
].join(" ");

export function generateOperation(guards: Guards): Schema {
  const whole = object({ model: text, version: text, text }, ["model", "version", "text"]);
  return {
    operationId: "generate",
    summary: "Write a text on",
    description: `Piece by piece where the client accepts ${EVENTS_TYPE} or asks for stream; else at once.`,
    requestBody: { required: true, content: { [JSON_TYPE]: { schema: ref("GenerateRequest") } } },
    responses: {
      200: {
        description: "What follows the prompt.",
        content: { [JSON_TYPE]: { schema: whole }, [EVENTS_TYPE]: { schema: { ...text, description: EVENTS } } },
      },
      ...problemResponses(GENERATE, guards),
    },
  };
}

const PROBLEM_KIND = object({ type: text, status: { type: "integer" }, title: text }, ["type", "status", "title"]);
const NAME: Schema = { name: "name", in: "path", required: true, schema: text };

/** What is there whichever models are served. */
export function serverPaths(guards: Guards): Schema {
  const json = (schema: Schema) => ({ [JSON_TYPE]: { schema } });
  const get = (operationId: string, summary: string, content: Schema, kinds: readonly ProblemName[] = []) => {
    const parameters = operationId === "problem" || operationId === "model" ? { parameters: [NAME] } : {};
    const responses = { 200: { description: summary, content }, ...problemResponses(kinds, guards) };
    return { get: { operationId, summary, ...parameters, responses } };
  };
  const models = object({ models: { type: "array", items: ref("Model") } }, ["models"]);
  return {
    "/healthz": probe("healthz", "Whether the process lives"),
    "/readyz": probe("readyz", "Whether new requests are taken", ["shutting-down"]),
    "/metrics": get("metrics", "Metrics in Prometheus's text form", { "text/plain": { schema: text } }),
    "/openapi.json": get("openapi", "This description", json({ type: "object" })),
    "/problems/{name}": withoutFault(get("problem", "What a problem is", json(PROBLEM_KIND), ["not-found"])),
    "/v1/models": get("models", "All models", json(models)),
    "/v1/models/{name}": get("model", "One model", json(ref("Model")), ["unknown-model"]),
  };
}

/** What is there as it is holds nothing that could fail. */
function withoutFault({ get }: { readonly get: Schema }): Schema {
  const { 500: _, ...responses } = get["responses"] as Record<number, Schema>;
  return { get: { ...get, responses } };
}

/** They answer whoever asks, and hold nothing that could fail. */
function probe(operationId: string, summary: string, kinds: readonly ProblemName[] = []): Schema {
  const status = object({ status: text }, ["status"], true);
  const { 500: _, ...problems } = problemResponses(kinds, { token: false, hosts: false, rate: false });
  const responses = { 200: { description: summary, content: { [JSON_TYPE]: { schema: status } } }, ...problems };
  return { get: { operationId, summary, security: [], responses } };
}
