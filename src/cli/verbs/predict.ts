import type { Command } from "commander";
import { existsSync, realpathSync } from "node:fs";
import { extname } from "node:path";
import { readLines, type DataSource } from "../../data/index.js";
import { writeWhole } from "../../runs/files.js";
import { isOfSeries } from "../../runs/run-folder.js";
import { openRun } from "../../tasks/open-run.js";
import { readingLike, type ReadingOptions } from "../../tasks/common-options.js";
import type { Answer, Pipeline } from "../../tasks/task.js";
import { check } from "../../util/errors.js";
import { ANSWER_FORMATS, answersTable, writeAnswers, type AnswerFormat } from "../answers.js";
import { addScreenFlags, verbCommand } from "../command.js";
import { UsageError } from "../errors.js";
import { figure } from "../figures.js";
import { addReadingFlags, readingFlags } from "../reading-flags.js";
import { readRows, ROW_FORMATS, type RowFormat } from "../rows-in.js";
import { addSearchFlags, searchFlags } from "../search-flags.js";
import type { Screen } from "../screen.js";
import type { Invocation, Reply } from "../verbs.js";

interface Flags {
  data?: string;
  out?: string;
  force?: true;
}

export async function invoke(): Promise<Invocation> {
  const command = verbCommand("predict")
    .argument("<run>", "Run folder, `latest`, or a model file.")
    .option("--data <file>", "New data, with the columns that the network learnt from; default standard input.")
    .option(
      "--out <file>",
      `Write the answers: by its ending ${ANSWER_FORMATS.map((format) => `.${format}`).join(", ")}.`,
    )
    .option("--force", "Overwrite the file of --out.");
  return {
    command: addScreenFlags(addSearchFlags(addReadingFlags(command))),
    act: (screen) => predict(command, screen),
  };
}

async function predict(command: Command, screen: Screen): Promise<Reply> {
  const [model] = command.processedArgs as [string];
  const { data, out, force } = command.opts<Flags>();
  const reading = readingFlags(command);
  const written = out === undefined ? null : formatOf(out);
  check(
    out === undefined || force === true || !existsSync(out),
    () => `${out} is there already; --force overwrites it`,
  );
  if (out !== undefined && data !== undefined && isSameFile(out, data))
    throw new UsageError(`--out: ${out} is the file of --data; the answers need another name`, "sluice predict");
  const many = isOfSeries(model) ? (await import("../../distributed/series/open.js")).seriesAsked(model) : null;
  const one = many ? null : await openRun(model);
  const known = many ?? one!.pipeline;
  const options = { ...reading, ...searchFlags(command, known) };
  const source = await sourceOf(data, known, reading);
  const answers = await (many ? many.predict(source, options, screen) : one!.predict(source, options));
  const object = { verb: "predict", task: known.task, model, data: data ?? null, count: answers.length };
  if (out === undefined) return { object: { ...object, out: null, answers }, text: shown(answers, screen) };
  writeWhole(out, writeAnswers(answers, written!));
  return { object: { ...object, out, answers: null }, text: `${figure(answers.length)} answers in ${out}` };
}

const isSameFile = (a: string, b: string) => existsSync(a) && existsSync(b) && realpathSync(a) === realpathSync(b);

function formatOf(out: string): AnswerFormat {
  const format = ANSWER_FORMATS.find((name) => extname(out).toLowerCase() === `.${name}`);
  if (format) return format;
  throw new UsageError(`--out: ${out} must end in one of .${ANSWER_FORMATS.join(", .")}`, "sluice predict");
}

async function sourceOf(
  data: string | undefined,
  pipeline: Pick<Pipeline, "reading" | "lines">,
  reading: Partial<ReadingOptions>,
): Promise<DataSource> {
  if (data !== undefined && data !== "-") return data;
  const { format } = reading;
  if (!isRowFormat(format))
    throw new UsageError(
      `--format: rows on standard input are ${ROW_FORMATS.join(", ")}, not ${format}`,
      "sluice predict",
    );
  if (data === undefined && process.stdin.isTTY)
    throw new UsageError("--data is needed, or rows on standard input", "sluice predict");
  if (pipeline.lines !== undefined && format === undefined) return readSentences(pipeline.lines, reading);
  return readRows(process.stdin, readingLike("predict", pipeline.reading, reading), format);
}

/** Standard input line by line, each the only cell of a row. */
async function readSentences(column: string, { encoding }: Partial<ReadingOptions>): Promise<DataSource> {
  const rows: Record<string, string>[] = [];
  const options = { name: "standard input", ...(encoding !== undefined && { encoding }) };
  for await (const { text } of readLines(process.stdin, options)) if (text.trim() !== "") rows.push({ [column]: text });
  check(rows.length > 0, () => "standard input: there are no lines");
  return rows;
}

function isRowFormat(format: string | undefined): format is RowFormat | undefined {
  return format === undefined || ROW_FORMATS.some((name) => name === format);
}

/** Aligned for a person, CSV for a program. */
function shown(answers: readonly Answer[], screen: Screen): string {
  return screen.outIsTerminal ? answersTable(answers, screen.width) : writeAnswers(answers, "csv").trimEnd();
}
