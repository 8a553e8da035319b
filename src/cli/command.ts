/** How every verb's parser is made: one look of help, errors as exceptions. */
import { Command, CommanderError, Option, type HelpConfiguration } from "commander";
import { UsageError } from "./errors.js";
import { styleOf } from "./style.js";
import { VERBS } from "./verbs.js";

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST_HELP = 110;

/** Thrown by a parser that has shown its help or the version: nothing is left to do. */
export class Shown extends Error {}

export function newCommand(name: string, description: string, examples: readonly string[]): Command {
  const command = new Command(name);
  const style = styleOf(process.stdout, process.env);
  const help: HelpConfiguration = {
    helpWidth: Math.min(process.stdout.columns || 80, WIDEST_HELP),
    styleTitle: style.bold,
    sortOptions: false,
  };
  command
    .description(description)
    .configureHelp(help)
    .configureOutput({ writeErr: () => undefined, getOutHasColors: () => true, outputError: () => undefined })
    .addHelpOption(general("-h, --help", "Show this help."))
    .exitOverride((error) => {
      throw error;
    });
  return addExamples(command, examples);
}

export function addExamples(command: Command, examples: readonly string[]): Command {
  if (examples.length === 0) return command;
  const title = styleOf(process.stdout, process.env).bold(examples.length === 1 ? "Example:" : "Examples:");
  return command.addHelpText("after", `\n${title}\n${examples.map((line) => `  ${line}`).join("\n")}`);
}

/** The parser of a verb. @param mark keeps those examples that hold it, where there are such */
export function verbCommand(verb: string, mark = ""): Command {
  const { summary, examples } = VERBS[verb]!;
  const marked = examples.filter((line) => line.includes(mark));
  return newCommand(`sluice ${verb}`, summary, marked.length > 0 ? marked : examples);
}

/** Flags that all verbs have; added last, so that they stand at the end of the help. `main` reads them before any verb is loaded. */
export function addScreenFlags(command: Command): Command {
  return command
    .addOption(general("--json", "Print one JSON object on standard output, and nothing else there."))
    .addOption(general("--quiet", "Show no progress and no remarks, only warnings and errors."));
}

function general(flags: string, help: string): Option {
  return new Option(flags, help).helpGroup("General:");
}

/** Reads the words, and says what is wrong with them in one line. */
export function parseWords(command: Command, words: readonly string[]): void {
  try {
    command.parse(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed" || error.code === "commander.version") throw new Shown();
    throw new UsageError(messageOf(error), command.name());
  }
}

function messageOf({ code, message }: CommanderError): string {
  const [what, hint] = message.replace(/^error: /, "").split("\n");
  if (code === "commander.missingMandatoryOptionValue") return what!.replace(/^.*'(--[\w-]+).*$/, "$1 is needed");
  if (code === "commander.missingArgument") return what!.replace(/^.*'(.*)'$/, "<$1> is needed");
  return hint ? `${what}; ${hint.replace(/^\(Did/, "did").replace(/\)$/, "")}` : what!;
}
