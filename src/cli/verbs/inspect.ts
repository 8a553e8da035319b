import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { namesIn, RUN_FILES } from "../../runs/run-folder.js";
import { inspectData } from "../../tasks/inspect/inspect-data.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { dataObject, dataText } from "../data-text.js";
import { inspectModel, modelText } from "../model-text.js";
import type { Screen } from "../screen.js";
import type { Invocation, Reply } from "../verbs.js";

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("inspect").argument("<what>", "Data file or folder, run, `latest`, or model file.");
  return { command: addScreenFlags(command), act: (screen) => inspect(command.args[0]!, screen) };
}

async function inspect(what: string, screen: Screen): Promise<Reply> {
  if (isModel(what)) {
    const facts = await inspectModel(what);
    return { object: { verb: "inspect", ...facts }, text: modelText(facts, screen) };
  }
  const facts = await inspectData(what);
  return { object: dataObject(what, facts), text: dataText(what, facts, screen) };
}

/** Runs are told by what is in them, or by their name in `runs`; everything else is data. */
function isModel(what: string): boolean {
  if (/\.safetensors$/i.test(what) || basename(what) === "latest") return true;
  if (existsSync(what)) return statSync(what).isDirectory() && existsSync(join(what, RUN_FILES.config));
  return namesIn("runs").includes(what);
}
