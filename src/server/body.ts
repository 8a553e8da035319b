/** Bodies of requests, read up to their limit. */
import { parseJson, type Json } from "../format/json.js";
import { SluiceError } from "../util/errors.js";
import type { AppContext } from "./context.js";
import { Problem } from "./problem.js";

/** The media type without its parameters, in lower case; "" where there is none. */
export function mediaType(c: AppContext): string {
  return (c.req.header("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

/**
 * The body's bytes; no more than `most` are ever held.
 * @throws Problem 413 when there are more, at once where the header says so
 */
export async function readBytes(c: AppContext, most: number): Promise<Uint8Array> {
  const length = lengthOf(c, most);
  if (c.req.header("content-encoding") !== undefined)
    throw new Problem("unsupported-media-type", "Bodies are read as they are: send no Content-Encoding.");
  // A server that says the length holds the client to it; without one the bytes are counted as they come.
  if (length !== null) return new Uint8Array(await arrived(c.req.raw.arrayBuffer()));
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = c.req.raw.body?.getReader();
  for (let next = await arrived(reader?.read()); next && !next.done; next = await arrived(reader?.read())) {
    size += next.value.length;
    if (size > most) {
      void reader?.cancel().catch(() => undefined);
      throw tooLarge(most);
    }
    parts.push(next.value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const one of parts) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}

/** null where the header does not say it. */
function lengthOf(c: AppContext, most: number): number | null {
  const header = c.req.header("content-length");
  if (header === undefined) return null;
  if (!/^\d{1,15}$/.test(header)) throw new Problem("bad-request", "Content-Length must be a whole number.");
  if (Number(header) > most) throw tooLarge(most);
  return Number(header);
}

const tooLarge = (most: number) => new Problem("body-too-large", `A body may have ${most} bytes.`);

/** A body that ends too early is the client's fault, not the server's. */
async function arrived<T>(reading: T | Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new Problem("bad-request", "The body did not arrive whole.", { cause: error });
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * The body as JSON: no name twice in one object, no name that reaches prototypes, no nesting beyond 64 levels.
 * @throws Problem 415 for another media type, 413, or 400 with what is wrong
 */
export async function readJsonBody(c: AppContext, most: number): Promise<Json> {
  const type = mediaType(c);
  if (type !== "application/json" && !type.endsWith("+json"))
    throw new Problem(
      "unsupported-media-type",
      `Send application/json, not ${type === "" ? "a body without Content-Type" : type}.`,
    );
  return parseBody(await readBytes(c, most));
}

/** @throws Problem 400 with what is wrong */
export function parseBody(bytes: Uint8Array): Json {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (error) {
    throw new Problem("malformed-json", "The body is not UTF-8.", { cause: error });
  }
  try {
    return parseJson(text, "body");
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    throw new Problem("malformed-json", error.message, { cause: error });
  }
}
