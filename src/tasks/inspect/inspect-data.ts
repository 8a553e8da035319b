import { stat } from "node:fs/promises";
import type { Table } from "../../data/table/table.js";
import { check, SluiceError } from "../../util/errors.js";
import { readingOf, type ReadingOptions } from "../common-options.js";
import type { DataFacts } from "./facts.js";
import { inspectClips, inspectSequences, inspectText } from "./other-data.js";
import { inspectTable } from "./table.js";

/** Endings of running text; other files are tables. */
const TEXT = /\.(txt|text|md|markdown)(\.gz)?$/i;
const SEQUENCES = /\.ts(\.gz)?$/i;

/**
 * Describes a file or folder: columns, types, gaps, class balance, lengths; and proposes how to train on it.
 * @param options how the file is read; what is proposed repeats them
 * @param onTable given the table that was looked at, where it is one
 * @throws SluiceError where it cannot be read
 */
export async function inspectData(
  path: string,
  options: Partial<ReadingOptions> = {},
  onTable?: (table: Table) => void,
): Promise<DataFacts> {
  const facts = await factsOf(path, options, onTable);
  const { encoding } = options;
  const proposals = facts.proposals.map((proposal) => {
    const repeated = proposal.task === "generate" ? { ...(encoding !== undefined && { encoding }) } : options;
    return { ...proposal, options: { ...proposal.options, ...repeated } };
  });
  return { ...facts, proposals };
}

async function factsOf(
  path: string,
  options: Partial<ReadingOptions>,
  onTable: ((table: Table) => void) | undefined,
): Promise<DataFacts> {
  if (await isFolder(path)) return inspectClips(path);
  check(!/\.wav(\.gz)?$/i.test(path), () => {
    return `inspect: ${path} is one clip; give the folder that holds one folder of clips for each class`;
  });
  const isTable = options.format !== undefined;
  if (TEXT.test(path) && !isTable) return inspectText(path, options.encoding);
  return SEQUENCES.test(path) && !isTable ? inspectSequences(path) : inspectTable(path, readingOf(options), onTable);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw new SluiceError(`inspect: cannot read ${path}: ${reason}`, { cause: error });
  }
}
