/** POST /v1/predict and /v1/models/:name/predict. */
import type { Tensor } from "sluice";
import type { Answer } from "../../tasks/task.js";
import { negotiate } from "../accept.js";
import { ARROW_TYPE } from "../arrow/media-type.js";
import { mediaType, parseBody, readBytes } from "../body.js";
import type { App, AppContext, ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import { headersOf, reply } from "../reply.js";
import { only } from "../routes.js";
import type { ServedModel } from "../served-model.js";
import { arraysInput, columnsInput, outputFields } from "./array-input.js";
import { checkedWav } from "./audio.js";
import { isObject } from "./fields.js";
import { ANSWER_TYPES, BODY_TYPES, JSON_TYPE } from "./media-types.js";
import { checkServable, tableInput, taskInput, type TaskInput } from "./task-input.js";

export function predictRoutes(app: App, context: ServerContext): void {
  const named = "/v1/models/:name/predict";
  app.post("/v1/predict", (c) => predict(c, context, c.req.query("model")));
  app.post(named, (c) => predict(c, context, c.req.param("name")));
  only(app, "/v1/predict", "POST");
  only(app, named, "POST");
}

async function predict(c: AppContext, context: ServerContext, name: string | undefined): Promise<Response> {
  refuseWhenStopping(context);
  const accept = negotiate(c, ANSWER_TYPES);
  const type = mediaType(c);
  const { models, limits } = context;
  // A name in the address is known before the body is read; one in the body can only come in JSON.
  if (name !== undefined) models.get(name);
  if (type === ARROW_TYPE || isWav(type)) {
    const model = models.get(name);
    const bytes = await readBytes(c, limits.maxBody);
    if (type !== ARROW_TYPE) return answer(c, context, model, wavInput(model, bytes, context), accept);
    return arrowAnswer(c, context, model, bytes, accept);
  }
  if (type !== JSON_TYPE) {
    const came = type === "" ? "a body without Content-Type" : type;
    throw new Problem("unsupported-media-type", `Send one of ${BODY_TYPES.join(", ")}, not ${came}.`);
  }
  const body = parseBody(await readBytes(c, limits.maxBody));
  if (!isObject(body)) throw new Problem("invalid-input", "The body must be a JSON object.");
  const model = models.get(modelNamed(body["model"], name));
  if (model.pipeline === null) return arrays(c, model, arraysInput(model.model, body, limits), accept);
  return answer(c, context, model, taskInput(signatureOf(model), body, limits), accept);
}

const isWav = (type: string) => type === "audio/wav" || type === "audio/x-wav" || type === "audio/wave";

export function refuseWhenStopping({ stopping }: ServerContext): void {
  if (stopping.aborted) throw new Problem("shutting-down", "The server finishes what is under way.", { retryAfter: 5 });
}

/** The name in the address and the one in the body, where both are given, must agree. */
export function modelNamed(inBody: unknown, inAddress: string | undefined): string | undefined {
  if (inBody === undefined) return inAddress;
  if (typeof inBody !== "string") throw new Problem("invalid-input", "model must be the name of a model.");
  if (inAddress !== undefined && inAddress !== inBody)
    throw new Problem("invalid-input", "The model in the body is another one than that of the address.");
  return inBody;
}

function signatureOf({ name, signature }: ServedModel) {
  if (signature === null) throw new Problem("not-supported", `The model ${name} does not say what it takes.`);
  return signature;
}

function wavInput(model: ServedModel, bytes: Uint8Array, { limits }: ServerContext): TaskInput {
  if (model.signature?.sample !== "audio")
    throw new Problem("unsupported-media-type", `The model ${model.name} does not listen; it takes no recordings.`);
  return { sources: [checkedWav(bytes, limits)], grouped: false, options: {} };
}

async function arrowAnswer(
  c: AppContext,
  context: ServerContext,
  model: ServedModel,
  bytes: Uint8Array,
  accept: Accept,
) {
  const { limits } = context;
  const { readArrowTable, readBatches } = await import("../arrow/read.js");
  const mostRows = model.signature?.sample === "rows" ? limits.maxLength : limits.maxBatch;
  if (model.pipeline === null)
    return arrays(c, model, await columnsInput(model.model, await readBatches(bytes, mostRows), limits), accept);
  const signature = signatureOf(model);
  checkServable(signature);
  return answer(c, context, model, tableInput(signature, await readArrowTable(bytes, mostRows), limits), accept);
}

type Accept = (typeof ANSWER_TYPES)[number];

async function answer(c: AppContext, _context: ServerContext, model: ServedModel, input: TaskInput, accept: Accept) {
  const { sources, options, grouped } = input;
  const predict = (source: (typeof sources)[number]) => model.pipeline!.predict(model.batched, source, options);
  const answers = await Promise.all(sources.map(predict));
  const { name, version } = model;
  if (accept === ARROW_TYPE) {
    const { answersToArrow } = await import("../arrow/write.js");
    return arrow(c, model, await answersToArrow(grouped ? answers.flatMap(numbered) : answers.flat()));
  }
  return reply(c, { model: name, version, ...(grouped ? { samples: answers } : { answers: answers.flat() }) });
}

/** In a table, which has no groups, each answer says which sample it is of. */
const numbered = (answers: readonly Answer[], sample: number) => answers.map((one) => ({ sample, ...one }));

async function arrays(c: AppContext, model: ServedModel, x: Record<string, Tensor>, accept: Accept): Promise<Response> {
  const { name, version } = model;
  const tensors = await model.batched.predictAll(x);
  const outputs = Object.fromEntries(outputFields(model.model).map((field, i) => [field.name, tensors[i]!]));
  if (accept === JSON_TYPE) return reply(c, { model: name, version, outputs });
  const { tensorsToArrow } = await import("../arrow/write.js");
  return arrow(c, model, await tensorsToArrow(outputs));
}

/** The version goes in a header, as the table has no place for it. */
function arrow(c: AppContext, { name, version }: ServedModel, bytes: Uint8Array): Response {
  const headers = headersOf(c, { "content-type": ARROW_TYPE, "x-model": name, "x-model-version": version });
  return c.body(bytes as Uint8Array<ArrayBuffer>, 200, headers);
}
