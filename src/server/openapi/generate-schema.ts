import { z } from "zod";
import { samplingOptions } from "../../tasks/generate/options.js";
import type { Schema } from "./shared.js";

/** The options of sampling, and of how they are asked for. */
export function generateRequest(most: number): Schema {
  const { $schema: _, properties = {}, ...rest } = z.toJSONSchema(samplingOptions, { io: "input" });
  const length = { ...(properties["length"] as object), maximum: most, default: Math.min(500, most) };
  const prompt = { ...(properties["prompt"] as object), maxLength: most };
  const model = { type: "string", description: "The model's name; default the first that writes." };
  const stream = { type: "boolean", description: "Server-sent events; default as the header Accept asks." };
  return { ...rest, properties: { model, stream, ...properties, length, prompt } };
}
