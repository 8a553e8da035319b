import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../../runs/files.js";
import type { Explanation } from "./explanation.js";
import { explanationPage } from "./report.js";

export interface ExplanationFiles {
  readonly html: string;
  readonly json: string;
}

/** Writes `explain.html` and `explain.json`, in place of those that are there. @param command what made them */
export async function writeExplanation(
  folder: string,
  command: string,
  explanation: Explanation,
): Promise<ExplanationFiles> {
  mkdirSync(folder, { recursive: true });
  const files = { html: join(folder, "explain.html"), json: join(folder, "explain.json") };
  writeWhole(files.json, `${JSON.stringify({ command, ...explanation })}\n`);
  writeWhole(files.html, await explanationPage(explanation, command));
  return files;
}
