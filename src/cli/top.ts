/** `sluice`, `sluice --help` and `sluice --version`: what can be said without loading anything. */
import { sluiceVersion } from "../runs/environment.js";
import { newCommand, parseWords, Shown } from "./command.js";
import { UsageError } from "./errors.js";
import { VERBS } from "./verbs.js";

const DESCRIPTION = "Recurrent networks from a file to a trained, explained result.";

export function top(argv: readonly string[]): void {
  const program = newCommand("sluice", DESCRIPTION, []);
  program.helpOption("-h, --help", "Show this help.");
  program.version(sluiceVersion(), "-V, --version", "Show the version.").usage("<command> [options]");
  for (const [name, { summary }] of Object.entries(VERBS)) program.command(name).description(summary).usage(" ");
  program.helpCommand("help <command>", "Show the help of a command.");
  const examples = Object.values(VERBS).map((verb) => `  ${verb.examples[0]}`);
  program.addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
  try {
    parseWords(program, argv.length === 0 ? ["--help"] : argv);
  } catch (error) {
    if (error instanceof Shown) return;
    throw error;
  }
  throw new UsageError("a command is needed");
}
