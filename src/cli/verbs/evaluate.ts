import { isOfSeries } from "../../runs/run-folder.js";
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
      const many = isOfSeries(model) ? (await import("../../distributed/series/open.js")).seriesAsked(model) : null;
      const one = many ? null : await openRun(model);
      const known = many ?? one!.pipeline;
      const options = { ...readingFlags(command), ...searchFlags(command, known) };
      const evaluation = await (many ? many.evaluate(data, options, screen) : one!.evaluate(data, options));
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
