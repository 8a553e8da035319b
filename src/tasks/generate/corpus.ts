import type { DataSource } from "../../data/index.js";
import { decodeText } from "../../data/readers/decode.js";
import { isTable, openSource } from "../../data/readers/source.js";
import { check, SluiceError } from "../../util/errors.js";
import { IdList, type Ids } from "./id-list.js";
import { pieceReader, type Level } from "./pieces.js";

/** A text as numbers: piece i of it is pieces[ids[i]], numbered by first occurrence. */
export interface Corpus {
  readonly name: string;
  readonly ids: Ids;
  readonly pieces: readonly string[];
}

export interface CorpusOptions {
  readonly level: Level;
  readonly lower: boolean;
  readonly encoding?: string | undefined;
}

/** Reads a text block by block: what is kept is a number for each piece, never the text itself. */
export async function readCorpus(where: string, source: DataSource, options: CorpusOptions): Promise<Corpus> {
  check(!Array.isArray(source) && !isTable(source), () => {
    return `${where}: expected a text file (a path, URL, Blob or bytes), got ${isTable(source) ? "a table" : "rows"}`;
  });
  const opened = openSource(where, source as Parameters<typeof openSource>[1]);
  const { name } = opened;
  const read = pieceReader(options.level);
  const numbers = new Map<string, number>();
  const list = new IdList();
  const add = (block: string, last: boolean) => {
    for (const piece of read(options.lower ? block.toLowerCase() : block, last)) {
      let id = numbers.get(piece);
      if (id === undefined) numbers.set(piece, (id = numbers.size));
      list.push(id);
    }
  };
  for await (const block of decodeText(where, name, opened.bytes(), options.encoding)) add(block, false);
  add("", true);
  if (list.ids.length === 0) throw new SluiceError(`${where}: ${name} is empty`);
  return { name, ids: list.ids, pieces: [...numbers.keys()] };
}
