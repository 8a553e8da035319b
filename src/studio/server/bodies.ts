import type { Context } from "hono";
import { parseJson, type Json } from "../../format/json.js";
import { SluiceError } from "../../util/errors.js";
import { Refusal, refuseUnless } from "./problems.js";

/** The body, which must be an object. */
export async function jsonOf(c: Context): Promise<Readonly<Record<string, Json>>> {
  const body = read(await c.req.text());
  const isObject = body !== null && typeof body === "object" && !Array.isArray(body);
  refuseUnless(isObject, 400, () => "expected an object of JSON");
  return body;
}

function read(text: string): Json {
  try {
    return parseJson(text, "body");
  } catch (error) {
    if (error instanceof SluiceError) throw new Refusal(400, error.message);
    throw error;
  }
}
