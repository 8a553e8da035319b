import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { loadModel } from "sluice";
import { describeModelFile } from "../../interop/describe.js";
import { isSeriesPath, namesIn, RUN_FILES, throughLatest } from "../../runs/run-folder.js";
import { inspectData } from "../../tasks/inspect/inspect-data.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { dataObject, dataText } from "../data-text.js";
import { descriptionObject, descriptionText } from "../description-text.js";
import { UsageError } from "../errors.js";
import { flagOf } from "../flags.js";
import { isModelFile } from "../model-files.js";
import { inspectModel, modelText } from "../model-text.js";
import { addReadingFlags, readingFlags } from "../reading-flags.js";
import type { Screen } from "../screen.js";
import { addTorchFlags, checkTorchFlags, torchFlags } from "../torch-flags.js";
import type { Invocation, Reply } from "../verbs.js";

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("inspect").argument(
    "<what>",
    "Data file or folder, run, `latest`, or model file of any system.",
  );
  addReadingFlags(command);
  addTorchFlags(command);
  return { command: addScreenFlags(command), act: (screen) => inspect(command, screen) };
}

async function inspect(command: Command, screen: Screen): Promise<Reply> {
  const what = throughLatest((command.processedArgs as [string])[0]);
  const [pytorch, reading] = [torchFlags(command), readingFlags(command)];
  if (isModelFile(what) || isModel(what)) refuseReading(what, reading, command);
  if (isModelFile(what) && !(await isTaskModel(what))) {
    const description = await describeModelFile(what, { pytorch });
    checkTorchFlags(command, pytorch, [description.format]);
    return { object: descriptionObject(what, description), text: descriptionText(what, description, screen) };
  }
  checkTorchFlags(command, pytorch, []);
  if (isModel(what)) {
    const facts = await inspectModel(what);
    return { object: { verb: "inspect", ...facts }, text: modelText(facts, screen) };
  }
  const facts = await inspectData(what, reading);
  return { object: dataObject(what, facts), text: dataText(what, facts, screen) };
}

function refuseReading(what: string, reading: object, command: Command): void {
  const [name] = Object.keys(reading);
  if (name !== undefined) throw new UsageError(`${flagOf(name)} is for data; ${what} is a model`, command.name());
}

/** Whether Sluice trained it by a task, which knows more of it than its layers. */
async function isTaskModel(path: string): Promise<boolean> {
  if (!/\.safetensors$/i.test(path)) return false;
  const model = await loadModel(path).catch(() => null);
  return model !== null && "task" in model.attachments;
}

/** Runs are told by what is in them, or by their name in `runs`; everything else is data. */
function isModel(what: string): boolean {
  if (/\.safetensors$/i.test(what) || basename(what) === "latest") return true;
  if (existsSync(what)) return statSync(what).isDirectory() && existsSync(join(what, RUN_FILES.config));
  return namesIn("runs").includes(what) || isSeriesPath(what);
}
