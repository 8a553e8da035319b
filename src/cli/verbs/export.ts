import { basename, dirname, join } from "node:path";
import { Option, type Command } from "commander";
import { Graph } from "sluice";
import { makeFolder, writeFile } from "#files";
import { FORMAT_NAMES } from "../../interop/formats.js";
import { EXPORTS, writeForeign, type ExportFormat } from "../../interop/write.js";
import { aligned } from "../aligned.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { UsageError } from "../errors.js";
import { size } from "../figures.js";
import { checkFree, openModelOrRun } from "../model-files.js";
import type { Screen } from "../screen.js";
import type { Invocation, Reply } from "../verbs.js";

interface Flags {
  to: ExportFormat;
  out: string;
  force?: true;
  sequenceLengths?: true;
  batchSize?: number;
}

const LENGTHS = "Masked steps stand at the end: their sequences' lengths become a further input, sequence_lens.";
const BATCH = "Samples of a batch, which is fixed there for layers that are stateful.";

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new UsageError(`--batch-size: expected a whole number from 1, got ${JSON.stringify(text)}`, "sluice export");
}

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("export")
    .argument("<model>", "Run folder, whose best weights are taken, `latest`, or a model file.")
    .addOption(new Option("--to <format>", "System to export to.").choices(Object.keys(EXPORTS)).makeOptionMandatory())
    .requiredOption(
      "--out <file>",
      `First file, such as ${Object.values(EXPORTS).join(", ")}; what else there is goes beside it.`,
    )
    .option("--force", "Overwrite files that are there.")
    .addOption(new Option("--sequence-lengths", LENGTHS).helpGroup("ONNX:"))
    .addOption(new Option("--batch-size <n>", BATCH).argParser(wholeNumber).helpGroup("Keras and TensorFlow.js:"));
  return { command: addScreenFlags(command), act: (screen) => exportModel(command, screen) };
}

async function exportModel(command: Command, screen: Screen): Promise<Reply> {
  const [source] = command.processedArgs as [string];
  const { to, out, force = false, sequenceLengths, batchSize } = command.opts<Flags>();
  const ending = EXPORTS[to].slice(EXPORTS[to].indexOf("."));
  if (!out.toLowerCase().endsWith(ending))
    throw new UsageError(`--out: ${out} must end in ${ending} for ${FORMAT_NAMES[to]}`, command.name());
  if (sequenceLengths && to !== "onnx") throw new UsageError("--sequence-lengths is for --to onnx", command.name());
  if (batchSize !== undefined && to !== "keras" && to !== "tfjs")
    throw new UsageError("--batch-size is for --to keras and --to tfjs", command.name());
  const { model } = await openModelOrRun(source);
  const written = await writeForeign(model, to, basename(out), {
    ...(sequenceLengths && { onnx: { sequenceLengths } }),
    ...(batchSize !== undefined && { keras: { batchSize }, tfjs: { batchSize } }),
  });
  const files = written.map(({ name, bytes }) => ({ path: join(dirname(out), name), bytes }));
  checkFree(files.map(({ path }) => path), force); // prettier-ignore
  await makeFolder(dirname(out));
  for (const { path, bytes } of files) await writeFile(path, bytes);
  if (model instanceof Graph && "task" in model.attachments)
    screen.warn("the network alone is exported: what is done to raw data before it, and undone after it, is not (sluice inspect shows it)"); // prettier-ignore
  const listed = files.map(({ path, bytes }) => ({ path, bytes: bytes.length }));
  const object = { verb: "export", source, to, files: listed };
  const rows = listed.map(({ path, bytes }) => [path, size(bytes)]);
  return { object, text: aligned(null, rows, screen.width) };
}
