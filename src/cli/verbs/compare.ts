import type { Command } from "commander";
import { compareTask } from "../../tasks/compare.js";
import { comparisonObject, writeComparison } from "../../tasks/compare-report.js";
import { showValues } from "../../tasks/grid.js";
import { slugOf } from "../../tasks/source-name.js";
import type { Task } from "../../tasks/task.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { commandLine } from "../command-line.js";
import { comparisonText } from "../comparison-text.js";
import { UsageError } from "../errors.js";
import { addFlags, headingOf } from "../flags.js";
import { addGridFlags, gridOf, sharedFlags } from "../grid-flags.js";
import { missingTask } from "../missing-task.js";
import { progress } from "../progress.js";
import type { Screen } from "../screen.js";
import { addSettingsFlags, allowTaskFlags, lookAhead, optionsOf, taskOf, type Given } from "../settings.js";
import { watched } from "../training.js";
import type { Invocation, Reply } from "../verbs.js";

export async function invoke(words: readonly string[]): Promise<Invocation> {
  const given = lookAhead(words);
  const task = given.task === undefined ? null : taskOf(given.task);
  const command = verbCommand("compare").argument("[data]", "File or folder to learn from.");
  addGridFlags(addSettingsFlags(command));
  if (task) addFlags(command, sharedFlags(task), headingOf);
  else allowTaskFlags(command);
  addScreenFlags(command);
  return {
    command,
    act: (screen) => (task ? compare(task, given, command, words, screen) : missingTask(command, given)),
  };
}

async function compare(
  task: Task,
  given: Given,
  command: Command,
  words: readonly string[],
  screen: Screen,
): Promise<Reply> {
  const grid = gridOf(task, command);
  const first = Object.fromEntries(Object.entries(grid).map(([name, [value]]) => [name, value]));
  const options = optionsOf(task, given, command, first);
  const data = command.args[0] ?? given.data;
  if (data === undefined) throw new UsageError("the data are needed: a file or a folder", command.name());
  const line = commandLine(["compare", ...words]);
  const comparison = await watched(screen, (hooks) => {
    return compareTask(task, data, options, grid, {
      ...hooks,
      command: line,
      onCandidate: (values, number, of) => [progress(screen, `${number}/${of}  ${showValues(values)}  `)],
    });
  });
  const { runs = "runs", name = slugOf(data) } = options as { runs?: string; name?: string };
  const files = await writeComparison(runs, name, line, comparison);
  const object = { verb: "compare", data, ...comparisonObject(comparison), files };
  return { object, text: comparisonText(comparison, files, screen) };
}
