import type { Command } from "commander";
import type { DataSource } from "../../data/index.js";
import { explainRun, type ExplainRunOptions } from "../../tasks/explain/explain-run.js";
import { METHODS } from "../../tasks/explain/explanation.js";
import { dataOfRun, populationOf, textSource } from "../../tasks/explain/source.js";
import { writeExplanation } from "../../tasks/explain/write-explanation.js";
import { openRun } from "../../tasks/open-run.js";
import type { Run } from "../../tasks/run.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { commandLine } from "../command-line.js";
import { UsageError } from "../errors.js";
import { explanationText } from "../explanation-text.js";
import { addReadingFlags, readingFlags } from "../reading-flags.js";
import type { Screen } from "../screen.js";
import type { Invocation, Reply } from "../verbs.js";

interface Flags {
  input?: string;
  data?: string;
  audio?: string;
  sample?: string;
  output?: string;
  step?: string;
  method: string;
  layer?: string;
  select?: string;
  threshold?: string;
  samples?: string;
  out?: string;
}

export async function invoke(words: readonly string[]): Promise<Invocation> {
  const command = verbCommand("explain")
    .argument("<run>", "Run folder, `latest`, or a model file.")
    .option("--input <text>", "A text.")
    .option("--data <file>", "Data with the columns of training; default the run's own.")
    .option("--audio <clip>", "A WAV file.")
    .option("--sample <n>", "Which sample of the data is explained, from 1. (default: 1)")
    .option(
      "--output <name>",
      'A class (also the other of two), a step of the forecast such as "close +3", a piece; default what the answer is made of.',
    ) // prettier-ignore
    .option("--step <n>", "Of a network that answers at every step: which one, from 1; default the last.")
    .option("--method <name>", `How steps are judged: ${METHODS.join(", ")}, all.`, "integratedGradients")
    .option("--layer <name>", "Whose units are looked at one by one; default all.")
    .option("--select <from-to>", "Steps such as 3-7: where are the units on that are on during them?")
    .option("--threshold <n>", "A unit is on where its state reaches so far, above or below zero. (default: 0.3)")
    .option("--samples <n>", "Samples over which gates and horizon are measured, at most. (default: 100)")
    .option("--out <folder>", "Where explain.html and explain.json are written; default the run's folder.");
  return { command: addScreenFlags(addReadingFlags(command)), act: (screen) => explain(command, words, screen) };
}

async function explain(command: Command, words: readonly string[], screen: Screen): Promise<Reply> {
  const [where] = command.processedArgs as [string];
  const flags = command.opts<Flags>();
  const reading = readingFlags(command);
  const options = optionsOf(flags, command);
  const run = await openRun(where);
  const source = sourceOf(flags, run, command);
  const single = flags.input !== undefined || flags.audio !== undefined;
  const population = (single && populationOf(run)) || undefined;
  const explanation = await explainRun(run, source, { ...options, reading, ...(population && { population }) });
  const folder = flags.out ?? run.folder;
  const line = commandLine(["explain", ...words]);
  const files = folder === null ? null : await writeExplanation(folder, line, explanation);
  const { layers, ...rest } = explanation;
  const traced = layers.map(({ signals, ...layer }) => ({ ...layer, signals: Object.keys(signals) }));
  const object = { verb: "explain", model: where, ...rest, layers: traced, files };
  return { object, text: explanationText(explanation, files, screen) };
}

function optionsOf(flags: Flags, command: Command): ExplainRunOptions {
  const { output, method, layer, select } = flags;
  if (flags.threshold !== undefined && select === undefined)
    throw new UsageError("--threshold goes with --select", command.name());
  const known = [...METHODS, "all"] as const;
  const chosen = known.find((name) => name === method);
  if (!chosen) throw new UsageError(`--method must be one of ${known.join(", ")}, got ${method}`, command.name());
  const sample = countOf(flags.sample, "--sample", command);
  const step = countOf(flags.step, "--step", command);
  const samples = countOf(flags.samples, "--samples", command);
  return {
    method: chosen,
    ...(sample !== undefined && { sample: sample - 1 }),
    ...(step !== undefined && { step: step - 1 }),
    ...(samples !== undefined && { samples }),
    ...(output !== undefined && { output }),
    ...(layer !== undefined && { layer }),
    ...(select !== undefined && { select: selectionOf(select, flags.threshold, command) }),
  };
}

function countOf(text: string | undefined, flag: string, command: Command): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`${flag} must be a whole number of at least 1, got ${text}`, command.name()); // prettier-ignore
  return Number(text);
}

/** "3-7", "3": as people count, the last one included. */
function selectionOf(
  text: string,
  threshold: string | undefined,
  command: Command,
): NonNullable<ExplainRunOptions["select"]> {
  const [, from, to = from] = /^([1-9]\d*)(?:-([1-9]\d*))?$/.exec(text) ?? [];
  if (from === undefined || Number(to) < Number(from))
    throw new UsageError(`--select must be steps such as 3-7, got ${text}`, command.name());
  const size = Number(threshold ?? 0.3);
  if (!(size > 0 && size < 1))
    throw new UsageError(`--threshold must be above 0 and below 1, got ${threshold}`, command.name());
  return { from: Number(from) - 1, to: Number(to), threshold: size };
}

function sourceOf({ input, data, audio }: Flags, run: Run, command: Command): DataSource {
  const given = [input, data, audio].filter((one) => one !== undefined);
  if (given.length > 1) throw new UsageError("give one of --input, --data and --audio", command.name());
  if (input !== undefined) return textSource(run, input);
  if (audio !== undefined) return audio;
  return data ?? dataOfRun(run);
}
