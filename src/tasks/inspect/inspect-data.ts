import { stat } from "node:fs/promises";
import { check, SluiceError } from "../../util/errors.js";
import type { DataFacts } from "./facts.js";
import { inspectClips, inspectSequences, inspectText } from "./other-data.js";
import { inspectTable } from "./table.js";

/** Endings of running text; other files are tables. */
const TEXT = /\.(txt|text|md|markdown)(\.gz)?$/i;
const SEQUENCES = /\.ts(\.gz)?$/i;

/**
 * Describes a file or folder: columns, types, gaps, class balance, lengths; and proposes how to train on it.
 * @throws SluiceError where it cannot be read
 */
export async function inspectData(path: string): Promise<DataFacts> {
  if (await isFolder(path)) return inspectClips(path);
  check(!/\.wav(\.gz)?$/i.test(path), () => {
    return `inspect: ${path} is one clip; give the folder that holds one folder of clips for each class`;
  });
  if (TEXT.test(path)) return inspectText(path);
  return SEQUENCES.test(path) ? inspectSequences(path) : inspectTable(path);
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
