import { isSeriesRun, openSeries, SeriesRun } from "../../distributed/series/open.js";
import { openRun } from "../../tasks/open-run.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { addReadingFlags, readingFlags } from "../reading-flags.js";
import { evaluationObject, evaluationText } from "../evaluation-text.js";
import { addSearchFlags, searchFlags } from "../search-flags.js";
import type { Invocation } from "../verbs.js";

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("evaluate")
    .argument("<run>", "Run folder, `latest`, or a model file.")
    .requiredOption("--data <file>", "File that holds the truth, as the training data did.");
  addScreenFlags(addSearchFlags(addReadingFlags(command)));
  return {
    command,
    async act(screen) {
      const [model] = command.processedArgs as [string];
      const { data } = command.opts<{ data: string }>();
      const run = isSeriesRun(model) ? openSeries(model) : await openRun(model);
      const known = run instanceof SeriesRun ? run : run.pipeline;
      const options = { ...readingFlags(command), ...searchFlags(command, known) };
      const evaluation = await (run instanceof SeriesRun
        ? run.evaluate(data, options, screen)
        : run.evaluate(data, options));
      const object = {
        verb: "evaluate",
        task: known.task,
        model,
        data,
        evaluation: evaluationObject(evaluation),
      };
      return { object, text: evaluationText(evaluation, screen) };
    },
  };
}
