import { InvalidArgumentError, Option, type Command } from "commander";
import { isSeriesRun, RUN_FILES, RunFolder } from "../../runs/run-folder.js";
import { resumeRun } from "../../tasks/open-run.js";
import { TASKS } from "../../tasks/registry.js";
import { trainTask } from "../../tasks/train-task.js";
import type { Run } from "../../tasks/run.js";
import type { Task } from "../../tasks/task.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { commandLine } from "../command-line.js";
import { UsageError } from "../errors.js";
import { addFlags, flagsOf, headingOf } from "../flags.js";
import { missingTask } from "../missing-task.js";
import type { Screen } from "../screen.js";
import { addQueueFlags, refuseQueueFlags } from "../queue-flags.js";
import { addSettingsFlags, allowTaskFlags, lookAhead, optionsOf, taskOf, type Given } from "../settings.js";
import { addDilocoFlags, addDilocoResumeFlags, DILOCO_KEPT, asksForDiloco, isDiloco, refuseShardFlags, resumeShards, trainShards } from "../train/diloco.js"; // prettier-ignore
import { addSeriesFlag, asksForSeries, resumePerSeries, trainPerSeries } from "../train/series.js";
import { crewOf } from "../train/synchronous.js";
import { addWorkersFlag } from "../train/workers.js";
import { trainReply } from "../train-reply.js";
import { watched } from "../training.js";
import type { Invocation, Reply } from "../verbs.js";

export async function invoke(words: readonly string[]): Promise<Invocation> {
  const given = lookAhead(words);
  const mark = given.task === undefined ? "" : `--task ${given.task}`;
  const command = verbCommand("train", mark).argument("[data]", "File or folder to learn from.");
  if (given.resume !== undefined) {
    addScreenFlags(resumeFlags(command));
    refuseKept(command, words);
    return { command, act: (screen) => resume(command, screen) };
  }
  const task = given.task === undefined ? null : taskOf(given.task);
  addSettingsFlags(command).addOption(
    resumeFlag("Go on with a run that was interrupted, or train it for more --epochs."),
  );
  if (task) addFlags(command.description(task.description), flagsOf(task.options), headingOf);
  else allowTaskFlags(command);
  addWorkersFlag(command);
  addSeriesFlag(command);
  addDilocoFlags(command);
  addTrainQueueFlags(command);
  addScreenFlags(command);
  return {
    command,
    act: (screen) => (task ? train(task, given, command, words, screen) : missingTask(command, given)),
  };
}

async function train(
  task: Task,
  given: Given,
  command: Command,
  words: readonly string[],
  screen: Screen,
): Promise<Reply> {
  const options = optionsOf(task, given, command);
  const data = command.args[0] ?? given.data;
  if (data === undefined) throw new UsageError("the data are needed: a file or a folder", command.name());
  if (asksForSeries(task, options, command)) return trainPerSeries(data, options, command, words, screen);
  if (asksForDiloco(command)) return trainShards(task, data, options, command, words, screen);
  refuseQueueFlags(command);
  const begin = performance.now();
  const line = commandLine(["train", ...words]);
  const crew = await crewOf(command, screen, options);
  const run = await watched(screen, (hooks) => trainTask(task, data, options, { ...hooks, ...crew, command: line }));
  return trainReply(run, data, (performance.now() - begin) / 1000, screen);
}

/** Elsewhere a queue computes the same sooner. */
function addTrainQueueFlags(command: Command): void {
  const redis = addQueueFlags(command).options.find(({ long }) => long === "--redis")!;
  redis.description = `Without --per-series: by DiLoCo, which takes other steps, on --workers shards of the data. ${redis.description}`;
}

function resumeFlag(help: string): Option {
  return new Option("--resume <run>", help).helpGroup("Settings:");
}

function resumeFlags(command: Command): Command {
  command
    .addOption(resumeFlag("The run to go on with, with its own settings."))
    .option("--epochs <n>", "Train up to this many epochs.", readEpochs);
  addDilocoResumeFlags(command);
  addTrainQueueFlags(command);
  return addWorkersFlag(command);
}

/** @throws UsageError for a flag that a new training has, and one that goes on has not */
function refuseKept(command: Command, words: readonly string[]): void {
  const flags = words.filter((word) => word.startsWith("--")).map((word) => word.split("=", 1)[0]!);
  const others = flags.filter((flag) => !command.options.some(({ long }) => long === flag));
  if (others.length === 0) return;
  const options = [...Object.values(TASKS).flatMap((task) => flagsOf(task.options)), ...DILOCO_KEPT];
  const kept = [...options.map(({ flag }) => flag), "--task", "--config", "--set", "--per-series"];
  const found = others.find((flag) => kept.includes(flag.replace(/^--no-/, "--")));
  if (found === undefined) return;
  throw new UsageError(`${found}: it belongs to the run, which goes on with what it was begun with; leave it out, or train anew`, command.name()); // prettier-ignore
}

function readEpochs(text: string): number {
  const epochs = Number(text);
  if (Number.isInteger(epochs) && epochs >= 1) return epochs;
  throw new InvalidArgumentError("Expected a whole number of at least 1.");
}

async function resume(command: Command, screen: Screen): Promise<Reply> {
  const { resume: where, epochs } = command.opts<{ resume: string; epochs?: number }>();
  const [data] = command.args;
  const begin = performance.now();
  const changes = { ...(data !== undefined && { data }), ...(epochs !== undefined && { epochs }) };
  if (isSeriesRun(where)) return resumePerSeries(where, changes, command, screen);
  if (isDiloco(where)) return resumeShards(where, changes, command, screen);
  refuseShardFlags(command);
  refuseQueueFlags(command);
  const crew = await crewOf(command, screen);
  const run = await watched(screen, (hooks) => resumeRun(where, { ...hooks, ...changes, ...crew }));
  return trainReply(run, data ?? dataOf(run), (performance.now() - begin) / 1000, screen);
}

/** What the run was made of, as it was named then. */
function dataOf({ folder }: Run): string {
  const { data } = RunFolder.open(folder!).readJson(RUN_FILES.config) as { data: string };
  return data;
}
