/** What import, export, check and inspect print of models of other systems with `--json`. */
import { z } from "zod";
import { FORMATS } from "../interop/formats.js";
import { EXPORTS, type ExportFormat } from "../interop/write.js";

const count = z.int().min(0);
const shape = z.array(count);
const warnings = z.array(z.string()).describe("What was said on standard error that the user should know.");
const format = z.enum(FORMATS).describe("System that wrote the file.");

export const importReply = z.strictObject({
  verb: z.literal("import"),
  source: z.string(),
  format,
  out: z.string(),
  parameters: count,
  layers: z.array(z.string()),
  bytes: count,
  warnings,
});

export const exportReply = z.strictObject({
  verb: z.literal("export"),
  source: z.string(),
  to: z.enum(Object.keys(EXPORTS) as [ExportFormat, ...ExportFormat[]]),
  files: z.array(z.strictObject({ path: z.string(), bytes: count })),
  warnings,
});

const difference = z.number().nullable().describe("Null where only one of the two is a number.");

export const checkReply = z.strictObject({
  verb: z.literal("check"),
  model: z.string(),
  against: z.string(),
  seed: count,
  tolerance: z.number(),
  inputs: z.array(z.strictObject({ name: z.string(), shape })),
  outputs: z.array(z.strictObject({ name: z.string(), shape, difference })),
  difference: difference.describe("The largest of all outputs; null where only one of two values is a number."),
  same: z.boolean().describe("Whether it is within the tolerance; else the exit code is 1."),
  warnings,
});

export const modelFile = z.strictObject({
  verb: z.literal("inspect"),
  kind: z.literal("model-file"),
  source: z.string(),
  format,
  bytes: count,
  parameters: count,
  layers: z.array(z.string()).describe("Layers with their class, or nodes with their operator."),
  weights: z.array(z.strictObject({ name: z.string(), shape })),
  conventions: z.array(z.string()).describe("Which conventions the file follows, and what is done about them."),
  unsupported: z.array(z.string()).describe("What cannot be opened, and why."),
  summary: z.string().nullable(),
  warnings,
});
