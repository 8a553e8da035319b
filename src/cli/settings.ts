/**
 * What is to be trained, put together from a configuration file, `--set` and flags; the later of these wins. A configuration is
 * flat, as a run's config.json: `{ "task": "forecast", "data": "prices.csv", "target": "close", "units": [64, 32] }`.
 */
import { Command, Option, type Command as Parser } from "commander";
import { readFileSync } from "node:fs";
import type { z } from "zod";
import { parseJson } from "../format/json.js";
import { TASKS } from "../tasks/registry.js";
import { readOptions, unknownOption } from "../tasks/options.js";
import type { Task, TaskName } from "../tasks/task.js";
import { checkChoice } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import { UsageError } from "./errors.js";
import { readValue } from "./flag-values.js";
import { flagOf, flagsOf, givenFlags, type Flag } from "./flags.js";

/** Names of a configuration that are no options of the task. */
const HEAD = ["$schema", "task", "data"] as const;

export interface Assignment {
  readonly path: readonly string[];
  readonly text: string;
}

/** What a configuration file and `--set` say, before anything is known of the task. */
export interface Given {
  readonly task: string | undefined;
  readonly data: string | undefined;
  /** The run to go on with. */
  readonly resume: string | undefined;
  /** The configuration file; null without one. */
  readonly file: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly sets: readonly Assignment[];
}

/** Where options come from besides the flags of the task. */
export function addSettingsFlags(command: Parser): Parser {
  const add = (flags: string, help: string) => new Option(flags, help).helpGroup("Settings:");
  const tasks = Object.keys(TASKS).join(", ");
  return command
    .addOption(add("--task <name>", `What to learn: ${tasks}. With it, --help shows its options.`))
    .addOption(add("--config <file>", "Configuration in JSON: any option by its name, such as batchSize."))
    .addOption(
      add("--set <name=value>", "Set an option of the configuration; may come several times.").argParser(collect),
    );
}

/** Lets flags pass that only a task knows, so that the missing task can be told instead of the unknown flag. */
export function allowTaskFlags(command: Parser): Parser {
  return command.allowUnknownOption().allowExcessArguments();
}

/**
 * Looks for the task in words whose flags depend on it.
 * @throws UsageError, or a SluiceError where the configuration cannot be read
 */
export function lookAhead(words: readonly string[]): Given {
  const parser = new Command().helpOption(false).allowUnknownOption().exitOverride();
  parser.configureOutput({ outputError: () => undefined });
  parser.option("--task <name>").option("--config <file>").option("--set <a.b=c>", "", collect, []);
  parser.option("--resume <run>").parseOptions([...words]);
  const { task, config: file, set, resume } = parser.opts<Ahead>();
  const config = file === undefined ? {} : readConfig(file);
  const head = (name: string) => {
    const assigned = set.findLast(({ path }) => path.join(".") === name)?.text;
    return assigned ?? textIn(config, name, file);
  };
  const sets = set.filter(({ path }) => path.length > 1 || !HEAD.some((name) => name === path[0]));
  return { task: task ?? head("task"), data: head("data"), resume, file: file ?? null, config, sets };
}

interface Ahead {
  task?: string;
  config?: string;
  resume?: string;
  set: Assignment[];
}

/** Reads `--set a.b=c`, which may come again and again. */
export function collect(text: string, before: readonly Assignment[] = []): Assignment[] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set: expected NAME=VALUE, got ${show(text)}`);
  return [...before, { path: text.slice(0, at).split("."), text: text.slice(at + 1) }];
}

function readConfig(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw new SluiceError(`--config: cannot read ${file}: ${reason}`, { cause: error });
  }
  const config = parseJson(text.replace(/^\uFEFF/, ""), file);
  const isObject = config !== null && typeof config === "object" && !Array.isArray(config);
  check(isObject, () => `${file}: expected an object of options, got ${show(config)}`);
  return config;
}

function textIn(config: Readonly<Record<string, unknown>>, name: string, file: string | undefined): string | undefined {
  const value = config[name];
  if (value === undefined || typeof value === "string") return value;
  throw new UsageError(`${file}: ${name} must be a text, got ${show(value)}`);
}

/** @throws UsageError that names the nearest task */
export function taskOf(name: string): Task {
  try {
    return TASKS[checkChoice("--task", "the task", name, Object.keys(TASKS) as TaskName[])]!;
  } catch (error) {
    throw asUsage(error);
  }
}

/**
 * All options of the task that were given, checked; defaults are not filled in.
 * @param parser has read the words
 * @param but options that are decided elsewhere
 */
export function optionsOf(
  task: Task,
  given: Given,
  parser: Parser,
  but: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const flags = flagsOf(task.options);
  const { config, file, sets } = given;
  const labels = new Map<string, string>();
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(config)) {
    if (HEAD.some((head) => head === name)) continue;
    known(file!, task, name);
    labels.set(name, `${file}: ${name}`);
    options[name] = value;
  }
  for (const { path, text } of sets) {
    known("--set", task, path[0]!);
    labels.set(path[0]!, `--set ${path.join(".")}`);
    assign(options, flags, path, text);
  }
  Object.assign(options, givenFlags(parser, flags), but);
  for (const name of Object.keys(givenFlags(parser, flags))) labels.delete(name);
  checkAll(parser.name(), task.options, options, (name) => labels.get(name) ?? flagOf(name));
  return options;
}

function known(where: string, task: Task, name: string): void {
  if (!Object.hasOwn(task.options.shape, name)) throw new UsageError(`${where}: ${unknownOption(name, task.options)}`);
}

/** The names behind the first are those inside of a record, such as columns; they may hold dots themselves. */
function assign(options: Record<string, unknown>, flags: readonly Flag[], path: readonly string[], text: string): void {
  const [key, ...rest] = path;
  const flag = flags.find((flag) => flag.key === key)!;
  const name = `--set ${path.join(".")}`;
  if (rest.length === 0) options[key!] = readValue(name, flag.schema, text);
  else {
    const before = options[key!] ?? {};
    const added = readValue(name, flag.schema, `${rest.join(".")}=${text}`);
    if (typeof added !== "object" || typeof before !== "object") throw new UsageError(`${name}: ${key} has no parts`);
    options[key!] = { ...before, ...added };
  }
}

/** Checks options that came as flags only. @throws UsageError that names the flag */
export function checkFlags(parser: Parser, schema: z.ZodObject, options: object): void {
  checkAll(parser.name(), schema, options, flagOf);
}

function checkAll(where: string, schema: z.ZodObject, options: object, labelOf: (name: string) => string): void {
  try {
    readOptions(where, schema, options, ([first = "", ...rest]) => [labelOf(first), ...rest].join("."));
  } catch (error) {
    throw asUsage(error, where);
  }
}

/** Wrong options are wrong use: exit code 2. */
export function asUsage(error: unknown, verb?: string): unknown {
  return error instanceof SluiceError ? new UsageError(error.message.replace(/^sluice \w+: /, ""), verb) : error;
}
