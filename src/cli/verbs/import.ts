import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Option, type Command } from "commander";
import { makeFolder } from "#files";
import { FORMAT_NAMES } from "../../interop/formats.js";
import { layersOf } from "../../interop/open.js";
import { readJson } from "../../runs/files.js";
import { check, show } from "../../util/errors.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { quoted } from "../command-line.js";
import { UsageError } from "../errors.js";
import { figure, size } from "../figures.js";
import { checkFree, openModelOrRun } from "../model-files.js";
import { aligned } from "../aligned.js";
import type { Screen } from "../screen.js";
import { addTorchFlags, checkTorchFlags, torchFlags } from "../torch-flags.js";
import type { Invocation, Reply } from "../verbs.js";

const ARCHITECTURE = "JSON that model.to_json() gave, or config.json out of a .keras file.";

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("import")
    .argument("<file>", "Model of Keras, PyTorch, ONNX or TensorFlow.js; its content tells which.")
    .requiredOption("--out <file>", "Where Sluice's model goes, a .safetensors file.")
    .option("--force", "Overwrite the file of --out.")
    .addOption(
      new Option("--architecture <file>", ARCHITECTURE).helpGroup("Keras's .weights.h5 hold no architecture:"),
    );
  addTorchFlags(command);
  return { command: addScreenFlags(command), act: (screen) => importModel(command, screen) };
}

async function importModel(command: Command, screen: Screen): Promise<Reply> {
  const [file] = command.processedArgs as [string];
  const { out, force = false, architecture } = command.opts<{ out: string; force?: boolean; architecture?: string }>();
  if (!/\.safetensors$/i.test(out)) throw new UsageError(`--out: ${out} must end in .safetensors`, command.name());
  const pytorch = torchFlags(command);
  check(existsSync(file), () => `import: there is no file ${file}`);
  checkFree([out], force);
  const { format, model: opened } = await openModelOrRun(file, {
    pytorch,
    ...(architecture !== undefined && { keras: { architecture: readArchitecture(architecture) } }),
  });
  checkTorchFlags(command, pytorch, [format]);
  if (architecture !== undefined && format !== "keras")
    throw new UsageError("--architecture is for files of Keras", command.name());
  check(format !== "sluice", () => `import: ${file} is Sluice's own already`);
  const model = layersOf(opened);
  await makeFolder(dirname(out));
  await model.save(out);
  const bytes = statSync(out).size;
  const layers = model.layers.map(({ name, className }) => `${name} (${className})`);
  const object = { verb: "import", source: file, format, out, parameters: model.countParams(), layers, bytes };
  const rows = [
    ["From", `${file} (${FORMAT_NAMES[format]})`],
    ["Layers", layers.join(", ")],
    ["Parameters", figure(object.parameters)],
    ["Model", `${out}, ${size(bytes)}`],
  ];
  const next = `sluice check ${quoted(file)} --against ${quoted(out)}`;
  return { object, text: `${aligned(null, rows, screen.width)}\n\n${screen.style.bold("Next:")}\n  ${next}` };
}

function readArchitecture(path: string): object {
  const json = readJson(path);
  check(typeof json === "object" && json !== null, () => `${path}: expected the JSON of a model, got ${show(json)}`);
  return json;
}
