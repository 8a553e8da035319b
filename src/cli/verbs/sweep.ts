import { Option, type Command } from "commander";
import { ThreadExecutor } from "../../distributed/executors/threads.js";
import { sweepOptions, type SweepOptions } from "../../distributed/search/options.js";
import { resumeSweep, sweepTask, SweepStopped, type Sweep, type SweepHooks } from "../../distributed/search/sweep.js";
import { randomPoint } from "../../distributed/search/proposals.js";
import type { Space } from "../../distributed/search/space.js";
import { readSpace } from "../../distributed/search/task-space.js";
import type { Task } from "../../tasks/task.js";
import { Random } from "../../util/random.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { commandLine, quoted } from "../command-line.js";
import { InterruptedError, UsageError } from "../errors.js";
import { addFlags, flagsOf, givenFlags, headingOf } from "../flags.js";
import { interruptible } from "../interrupt.js";
import { missingTask } from "../missing-task.js";
import { addQueueFlags, openQueue } from "../queue-flags.js";
import type { Screen } from "../screen.js";
import { addSettingsFlags, allowTaskFlags, asUsage, checkFlags, lookAhead, optionsOf, taskOf, type Given } from "../settings.js"; // prettier-ignore
import { sweepProgress } from "../sweep-progress.js";
import { sweepObject, sweepText } from "../sweep-text.js";
import { checkThreads } from "../train/workers.js";
import type { Invocation, Reply } from "../verbs.js";

const FLAGS = flagsOf(sweepOptions);
/** What a sweep that goes on may be given anew. */
const RESUMABLE = ["trials", "seconds", "workers"] as const;
const RESUMED = FLAGS.filter(({ key }) => RESUMABLE.some((name) => name === key));
const HEADING = () => "Search:";

export async function invoke(words: readonly string[]): Promise<Invocation> {
  const given = lookAhead(words);
  if (given.resume !== undefined) return resume();
  const task = given.task === undefined ? null : taskOf(given.task);
  const command = verbCommand("sweep").argument("[data]", "File or folder to learn from.");
  command.addOption(
    new Option("--space <name=values...>", "Options to search: units=32,64,128 layers=1,2,3 rate=log:1e-4..1e-2 dropout=0..0.5?layers=2,3.").helpGroup("Search:"),
  ); // prettier-ignore
  addFlags(command, FLAGS, HEADING);
  addQueueFlags(command);
  addSettingsFlags(command).option(
    "--resume <run>",
    "Go on with a sweep that was interrupted, try its failed trials again, or give it a larger budget.",
  );
  if (task) addFlags(command, flagsOf(task.options), headingOf);
  else allowTaskFlags(command);
  addScreenFlags(command);
  return {
    command,
    act: (screen) => (task ? begin(task, given, command, words, screen) : missingTask(command, given)),
  };
}

async function begin(
  task: Task,
  given: Given,
  command: Command,
  words: readonly string[],
  screen: Screen,
): Promise<Reply> {
  const { space: texts } = command.opts<{ space?: string[] }>();
  if (texts === undefined) throw new UsageError("nothing to search: give --space", command.name());
  const choices = givenFlags(command, FLAGS) as Partial<SweepOptions>;
  checkFlags(command, sweepOptions, choices);
  const space = spaceOf(task, texts, command);
  const options = commonOptions(task, given, command, space);
  const data = command.args[0] ?? given.data;
  if (data === undefined) throw new UsageError("the data are needed: a file or a folder", command.name());
  const line = commandLine(["sweep", ...words]);
  const { workers, ...rest } = choices;
  return told(command, screen, workers, (hooks) =>
    sweepTask(task, data, options, space, rest, { ...hooks, command: line }),
  );
}

/** @throws UsageError, which names the nearest option */
function spaceOf(task: Task, texts: readonly string[], command: Command): Space {
  try {
    return readSpace(task, texts);
  } catch (error) {
    throw asUsage(error, command.name());
  }
}

/** Options that all trials share: what the space holds may not be given besides. */
function commonOptions(task: Task, given: Given, command: Command, space: Space): Record<string, unknown> {
  const flags = givenFlags(command, flagsOf(task.options));
  const names = [...Object.keys(flags), ...Object.keys(given.config), ...given.sets.map(({ path }) => path[0]!)];
  const twice = space.find(({ name }) => names.includes(name));
  if (twice)
    throw new UsageError(`${twice.name} is in the space and given besides; leave one of them out`, command.name());
  const { layers: _, ...point } = randomPoint(space, new Random(1));
  const options = optionsOf(task, given, command, point);
  return Object.fromEntries(Object.entries(options).filter(([name]) => !(name in point)));
}

function resume(): Invocation {
  const command = verbCommand("sweep", "--resume")
    .argument("[data]", "The data, where they have moved.")
    .requiredOption("--resume <run>", "The sweep to go on with, with its own settings.");
  addFlags(command, RESUMED, HEADING);
  addQueueFlags(command);
  addScreenFlags(command);
  return {
    command,
    act(screen) {
      const { resume: where } = command.opts<{ resume: string }>();
      const { workers, ...budget } = givenFlags(command, RESUMED) as Pick<
        Partial<SweepOptions>,
        (typeof RESUMABLE)[number]
      >;
      checkFlags(command, sweepOptions, { workers, ...budget });
      const [data] = command.args;
      return told(command, screen, workers, (hooks) =>
        resumeSweep(where, { ...budget, ...(data !== undefined && { data }) }, hooks),
      );
    },
  };
}

/** Does the work with progress, and says how to go on where it was stopped. */
async function told(
  command: Command,
  screen: Screen,
  workers: number | undefined,
  work: (hooks: SweepHooks) => Promise<Sweep>,
): Promise<Reply> {
  checkThreads(workers, command, screen);
  const queue = await openQueue(command, screen, workers);
  screen.status.draw("Reading and preparing the data …");
  const sweep = await interruptible(screen, "Finishing the batches and saving checkpoints.", async (signal) => {
    const hooks: SweepHooks = {
      signal,
      warn: screen.warn,
      onFolder: (path) => screen.note(`Run folder ${path}`),
      executor: (store) => queue ?? new ThreadExecutor({ store, ...(workers !== undefined && { workers }) }),
      ...sweepProgress(screen),
    };
    return work(hooks).catch((error: unknown) => {
      throw stopOf(error, signal);
    });
  }).finally(() => queue?.close());
  return { object: sweepObject(sweep), text: sweepText(sweep, screen) };
}

function stopOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof SweepStopped) {
    const { folder, done, of } = error;
    return new InterruptedError(`Stopped after ${done} of ${of} trainings; all that was learnt is in ${folder}.`, `sluice sweep --resume ${quoted(folder)}`); // prettier-ignore
  }
  const early = signal.aborted && error instanceof Error && error.name === "AbortError";
  return early ? new InterruptedError("Stopped before training began; nothing was written.", null) : error;
}
