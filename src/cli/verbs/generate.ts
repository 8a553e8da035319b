import type { Command } from "commander";
import { continuation, textOf } from "../../tasks/generate/continuation.js";
import { samplingOptions, type SamplingOptions } from "../../tasks/generate/options.js";
import { GeneratePipeline } from "../../tasks/generate/pipeline.js";
import { openRun } from "../../tasks/open-run.js";
import { check } from "../../util/errors.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { addFlags, flagsOf, givenFlags } from "../flags.js";
import type { Screen } from "../screen.js";
import { checkFlags } from "../settings.js";
import { plainLines } from "../text-width.js";
import type { Invocation, Reply } from "../verbs.js";

const FLAGS = flagsOf(samplingOptions);

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("generate").argument("<run>", "Run folder, `latest`, or a model file.");
  addFlags(command, FLAGS, () => "Sampling:");
  return { command: addScreenFlags(command), act: (screen) => generate(command, screen) };
}

async function generate(command: Command, screen: Screen): Promise<Reply> {
  const [model] = command.processedArgs as [string];
  const options: SamplingOptions = givenFlags(command, FLAGS);
  checkFlags(command, samplingOptions, options);
  const { pipeline, model: network } = await openRun(model);
  check(pipeline instanceof GeneratePipeline, () => {
    return `generate: ${model} was trained to ${pipeline.task}, it does not write texts; use \`sluice predict\``;
  });
  const { prompt = "" } = options;
  const pieces = continuation(network, pipeline.vocabulary, options);
  if (screen.json) {
    const text = await textOf(pieces);
    return {
      object: { verb: "generate", task: "generate", model, prompt, text, options: samplingOptions.parse(options) },
      text: null,
    };
  }
  await stream(prompt, pieces, screen);
  return { object: {}, text: null };
}

/** The text as it is sampled; a terminal is never sent control characters that a model has learnt. */
async function stream(prompt: string, pieces: AsyncIterable<string>, screen: Screen): Promise<void> {
  const shown = screen.outIsTerminal ? plainLines : String;
  screen.print(screen.style.dim(shown(prompt)));
  for await (const piece of pieces) screen.print(shown(piece));
  screen.print("\n");
}
