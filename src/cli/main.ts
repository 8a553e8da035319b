/** From the words of the command line to a verb, and from what it found or how it failed to the exit code. */
import { nearest } from "../util/checks.js";
import { describeError, EXIT, UsageError } from "./errors.js";
import { openScreen, type Screen } from "./screen.js";
import { plainLines, wrapLines } from "./text-width.js";
import { VERBS } from "./verbs.js";

/** @returns the exit code: 0 done, 1 the work failed, 2 used wrongly */
export async function main(argv: readonly string[]): Promise<number> {
  const end = argv.indexOf("--");
  const flags = end < 0 ? argv : argv.slice(0, end);
  const screen = openScreen({ json: flags.includes("--json"), quiet: flags.includes("--quiet") });
  try {
    return await run(argv, screen);
  } catch (error) {
    return fail(error, screen);
  }
}

async function run(argv: readonly string[], screen: Screen): Promise<number> {
  const [verb, ...words] = argv[0] === "help" ? [...argv.slice(1, 2), "--help"] : argv;
  if (verb === undefined || verb.startsWith("-")) {
    (await import("./top.js")).top(verb === undefined ? [] : [verb, ...words]);
    return EXIT.done;
  }
  if (!Object.hasOwn(VERBS, verb)) throw new UsageError(unknownVerb(verb));
  const [{ invoke }, { parseWords, Shown }] = await Promise.all([VERBS[verb]!.load(), import("./command.js")]);
  const { command, act } = await invoke(words);
  try {
    parseWords(command, words);
  } catch (error) {
    if (error instanceof Shown) return EXIT.done;
    throw error;
  }
  const { object, text, exitCode = EXIT.done } = await act(screen);
  screen.status.clear();
  if (screen.json) screen.print(`${JSON.stringify({ ...object, warnings: screen.warnings }, finite, 2)}\n`);
  else if (text !== null) screen.print(`${text}\n`);
  return exitCode;
}

/** JSON knows no NaN and no infinity: null says that there is no number. */
function finite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? null : value;
}

function unknownVerb(verb: string): string {
  const hint = nearest(verb, Object.keys(VERBS));
  const tail = hint ? `did you mean "${hint}"?` : `there are ${Object.keys(VERBS).join(", ")}`;
  return `unknown command ${JSON.stringify(verb)}; ${tail}`;
}

function fail(error: unknown, screen: Screen): number {
  const reply = describeError(error);
  screen.status.clear();
  if (screen.json) screen.print(`${JSON.stringify({ error: reply }, null, 2)}\n`);
  const { red, dim } = screen.errorStyle;
  const tell = (text: string) => process.stderr.write(`${text}\n`);
  const tellLines = (text: string) => tell(wrapLines(text, process.stderr.columns || Infinity));
  if (reply.kind === "interrupted") tellLines(plainLines(reply.message));
  else tellLines(`${red("Error:")} ${plainLines(reply.message)}`);
  if (reply.resume) tell(`Go on with:  ${reply.resume}`);
  if (error instanceof UsageError) tell(dim(`See: ${error.verb ?? "sluice"} --help`));
  if (reply.kind === "bug") {
    tell(plainLines(reply.stack ?? ""));
    tell("This is a fault of sluice, not yours. Please report it with the lines above and the command that led to it.");
  }
  return reply.exitCode;
}
