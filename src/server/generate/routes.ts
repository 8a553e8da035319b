/** POST /v1/generate and /v1/models/:name/generate: a text that goes on, whole or piece by piece as server-sent events. */
import { streamSSE } from "hono/streaming";
import type { Json } from "../../format/json.js";
import type { SamplingOptions } from "../../tasks/generate/options.js";
import { show, SluiceError } from "../../util/errors.js";
import { negotiate } from "../accept.js";
import { problemOf } from "../problem-of.js";
import { readJsonBody } from "../body.js";
import type { App, AppContext, ServerContext } from "../context.js";
import { invalid, isObject } from "../predict/fields.js";
import { JSON_TYPE } from "../predict/media-types.js";
import { modelNamed, refuseWhenStopping } from "../predict/routes.js";
import { Problem } from "../problem.js";
import { headersOf, reply } from "../reply.js";
import { only } from "../routes.js";
import type { ServedModel } from "../served-model.js";
import { turn } from "../turn.js";
import { EVENTS_TYPE } from "./events-type.js";

const TYPES = [JSON_TYPE, EVENTS_TYPE] as const;

export function generateRoutes(app: App, context: ServerContext): void {
  const work = { underWay: 0 };
  const named = "/v1/models/:name/generate";
  app.post("/v1/generate", (c) => generate(c, context, work, undefined));
  app.post(named, (c) => generate(c, context, work, c.req.param("name")));
  only(app, "/v1/generate", "POST");
  only(app, named, "POST");
}

/** Proxies such as nginx would keep the pieces back. */
const UNBUFFERED = { "x-accel-buffering": "no" };

/** Texts that are being written: each has a state in memory, as a session has. */
interface Work {
  underWay: number;
}

async function generate(
  c: AppContext,
  context: ServerContext,
  work: Work,
  name: string | undefined,
): Promise<Response> {
  refuseWhenStopping(context);
  const { models, limits, basePath, stopping, log } = context;
  const accept = negotiate(c, TYPES);
  if (name !== undefined) models.get(name);
  const body = await readJsonBody(c, limits.maxBody);
  if (!isObject(body)) throw new Problem("invalid-input", "The body must be a JSON object.");
  const { model: inBody, stream, ...options } = body;
  if (stream !== undefined && typeof stream !== "boolean") throw invalid([{ pointer: "#/stream", detail: `stream must be true or false, got ${show(stream)}.` }]); // prettier-ignore
  const model = models.get(modelNamed(inBody, name) ?? writerOf(context));
  const pieces = await piecesOf(model, options, limits.maxLength);
  if (work.underWay >= limits.maxQueue)
    throw new Problem("overloaded", `${limits.maxQueue} texts are being written already.`, { retryAfter: 5 });
  work.underWay += 1;
  const release = () => (work.underWay -= 1);
  const { name: called, version } = model;
  if (stream !== true && (stream === false || accept === JSON_TYPE)) {
    try {
      return reply(c, { model: called, version, text: await wholeText(pieces, c.req.raw.signal) });
    } finally {
      release();
    }
  }
  for (const [header, value] of Object.entries(headersOf(c, UNBUFFERED))) c.header(header, value);
  return streamSSE(c, async (events) => {
    let gone = false;
    events.onAbort(() => void (gone = true));
    try {
      for await (const text of pieces) {
        if (gone || stopping.aborted) break;
        await events.writeSSE({ event: "piece", data: JSON.stringify({ text }) });
        await turn();
      }
      const end = stopping.aborted ? "stopped" : "done";
      if (!gone) await events.writeSSE({ event: end, data: JSON.stringify({ model: called, version }) });
    } catch (error) {
      // The status is sent long ago: the problem is an event.
      const problem = problemOf(error);
      log("error", "failure", { requestId: c.get("requestId"), stack: (error as Error).stack });
      await events.writeSSE({
        event: "problem",
        data: JSON.stringify(problem.toDocument(basePath, c.get("requestId"))),
      });
    } finally {
      release();
    }
  });
}

/** What requests get that name no model: the first that writes. */
function writerOf({ models }: ServerContext): string | undefined {
  return models.list().find(({ pipeline }) => pipeline?.task === "generate")?.name;
}

/** @throws Problem 422 where the model does not write, an option is wrong, or the text would be too long */
async function piecesOf(
  model: ServedModel,
  options: Readonly<Record<string, Json>>,
  most: number,
): Promise<AsyncIterableIterator<string>> {
  if (model.pipeline?.task !== "generate") {
    const what = model.pipeline ? `was trained to ${model.pipeline.task}` : "knows no task";
    throw new Problem("not-supported", `The model ${model.name} ${what}; it does not write texts.`);
  }
  const { length, prompt } = options;
  if (typeof length === "number" && length > most)
    throw new Problem("too-long", `length may be ${most} at most, got ${length}.`);
  if (typeof prompt === "string" && prompt.length > most) throw new Problem("too-long", `A prompt may have ${most} characters, got ${prompt.length}.`); // prettier-ignore
  const { generateText } = await import("../../tasks/generate/continuation.js");
  try {
    return generateText(model.model, { length: Math.min(500, most), ...options } as SamplingOptions);
  } catch (error) {
    if (error instanceof SluiceError)
      throw new Problem("invalid-input", error.message.replace(/^generate: /, ""), { cause: error });
    throw error;
  }
}

async function wholeText(pieces: AsyncIterable<string>, signal: AbortSignal): Promise<string> {
  let text = "";
  for await (const piece of pieces) {
    if (signal.aborted) break;
    text += piece;
    await turn();
  }
  return text;
}
