import type { Command } from "commander";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILES } from "../../runs/run-folder.js";
import { backtestForecast, type BacktestHooks } from "../../tasks/backtest/backtest.js";
import { BacktestStopped } from "../../tasks/backtest/finish.js";
import { backtestOptions, replayOptions } from "../../tasks/backtest/options.js";
import { backtestRun, resumeBacktest } from "../../tasks/backtest/resume.js";
import type { Backtest } from "../../tasks/backtest/result.js";
import type { Task } from "../../tasks/task.js";
import { forecastTask } from "../../tasks/forecast/forecast-task.js";
import { backtestReply } from "../backtest-text.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { commandLine, quoted } from "../command-line.js";
import { InterruptedError, UsageError } from "../errors.js";
import { addFlags, flagsOf, givenFlags, headingOf } from "../flags.js";
import { progress } from "../progress.js";
import { addQueueFlags, openQueue } from "../queue-flags.js";
import { addReadingFlags, readingFlags } from "../reading-flags.js";
import type { Screen } from "../screen.js";
import { addSettingsFlags, checkFlags, lookAhead, optionsOf, type Given } from "../settings.js";
import { addWorkersFlag, threadsOf } from "../train/workers.js";
import { watched } from "../training.js";
import { trainingsProgress } from "../trainings-progress.js";
import type { Invocation, Reply } from "../verbs.js";

/** What a training takes, and when forecasts are made. */
const TASK = { ...forecastTask, options: backtestOptions } as unknown as Task;
const REPLAY = flagsOf(replayOptions);

export async function invoke(words: readonly string[]): Promise<Invocation> {
  const given = lookAhead(words);
  if (given.resume !== undefined) return resume();
  const first = words[0];
  if (first !== undefined && isRun(first)) return replay(words);
  const { task = "forecast" } = given;
  if (task !== "forecast")
    throw new UsageError(`--task: a backtest is one of forecast, got ${task}`, "sluice backtest");
  const command = verbCommand("backtest").argument(
    "[data]",
    "File of one or several series, or a run to test as it is.",
  );
  addSettingsFlags(command).option("--resume <run>", "Go on with a backtest that was interrupted.");
  addParallelFlags(command);
  addFlags(command, flagsOf(backtestOptions), backtestGroup);
  addScreenFlags(command);
  return { command, act: (screen) => train(given, command, words, screen) };
}

function addParallelFlags(command: Command): Command {
  return addQueueFlags(addWorkersFlag(command));
}

const ORIGINS = ["initial", "period", "origins", "window", "refit"];

function backtestGroup(key: string): string {
  return ORIGINS.includes(key) ? "Origins:" : headingOf(key);
}

/** A run folder, `latest` in one, or a model file. */
function isRun(word: string): boolean {
  if (word.endsWith(".safetensors") || word === "latest" || /[/\\]latest$/.test(word)) return true;
  return statSync(word, { throwIfNoEntry: false })?.isDirectory() === true && existsSync(join(word, RUN_FILES.config));
}

async function train(given: Given, command: Command, words: readonly string[], screen: Screen): Promise<Reply> {
  const options = optionsOf(TASK, given, command);
  const data = command.args[0] ?? given.data;
  if (data === undefined) throw new UsageError("the data are needed: a file", command.name());
  const line = commandLine(["backtest", ...words]);
  return inParallel(command, screen, (hooks) => backtestForecast(data, options as never, { ...hooks, command: line }));
}

function resume(): Invocation {
  const command = verbCommand("backtest")
    .argument("[data]", "The data, where they have moved.")
    .requiredOption("--resume <run>", "The backtest to go on with, with its own settings.");
  addScreenFlags(addParallelFlags(command));
  return {
    command,
    act(screen) {
      const { resume: where } = command.opts<{ resume: string }>();
      const [data] = command.args;
      return inParallel(command, screen, (hooks) =>
        resumeBacktest(where, { ...hooks, ...(data !== undefined && { data }) }),
      );
    },
  };
}

function replay(words: readonly string[]): Invocation {
  const command = verbCommand("backtest")
    .argument("<run>", "Run folder, `latest`, or a model file: it is tested as it is, and learns nothing.")
    .requiredOption("--data <file>", "Series that hold the truth, with the columns that it learnt from.");
  addFlags(command, REPLAY, backtestGroup);
  addScreenFlags(addReadingFlags(command));
  return {
    command,
    act(screen) {
      const [run] = command.processedArgs as [string];
      const { data } = command.opts<{ data: string }>();
      const options = givenFlags(command, REPLAY);
      checkFlags(command, replayOptions, options);
      const line = commandLine(["backtest", ...words]);
      return told(screen, (hooks) => backtestRun(run, data, { ...options, ...readingFlags(command) }, { ...hooks, command: line })); // prettier-ignore
    },
  };
}

/** Trains on threads or a queue where that is asked for. */
async function inParallel(
  command: Command,
  screen: Screen,
  work: (hooks: BacktestHooks) => Promise<Backtest>,
): Promise<Reply> {
  const workers = threadsOf(command, screen);
  const queue = await openQueue(command, screen, workers);
  if (queue === null && workers === undefined) return told(screen, work);
  const { backtestTrainer } = await import("../../distributed/backtest/trainer.js");
  const settings = { ...(queue && { executor: queue }), ...(workers !== undefined && { workers }) };
  const trainer = backtestTrainer({ ...settings, ...trainingsProgress(screen) });
  return told(screen, (hooks) => work({ ...hooks, trainer }));
}

/** Does the work with progress, and says how to go on where it was stopped. */
async function told(screen: Screen, work: (hooks: BacktestHooks) => Promise<Backtest>): Promise<Reply> {
  const begin = performance.now();
  const backtest = await watched(screen, (hooks) =>
    work({ ...hooks, onFit: (at, number, of) => [progress(screen, of === 1 ? "" : `${number}/${of}  at ${at}  `)] }),
  ).catch((error: unknown) => {
    if (!(error instanceof BacktestStopped)) throw error;
    const { done, of, folder } = error;
    const ended = of === 1 ? "" : ` after ${done} of ${of} trainings`;
    throw new InterruptedError(`Stopped${ended}; a checkpoint is in ${folder}.`, `sluice backtest --resume ${quoted(folder)}`); // prettier-ignore
  });
  return backtestReply(backtest, (performance.now() - begin) / 1000, screen);
}
