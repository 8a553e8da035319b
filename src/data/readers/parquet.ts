import type { FileMetaData } from "hyparquet";
import { check, SluiceError } from "../../util/errors.js";
import type { Piece } from "./cells.js";
import { jsonRules } from "./json-cells.js";
import type { ReadOptions } from "./options.js";
import type { PieceSource } from "./pieces.js";
import { openRandom, type RandomAccess } from "./random-access.js";
import type { OpenSource } from "./source.js";

/** A Parquet file, one row group after another. Columns of lists and structures can only be left out. */
export async function openParquet(where: string, source: OpenSource, options: ReadOptions): Promise<PieceSource> {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  const access = await openRandom(where, source);
  const file = bufferOf(access);
  const failed = (error: unknown) => failure(where, source.name, error);
  try {
    check(access.size > 0, () => `${where}: ${source.name} is empty`);
    const metadata = await parquetMetadataAsync(file).catch(failed);
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    const rules = jsonRules(where, source.name, "row", options);
    const wanted = options.columns?.filter((name) => names.includes(name)) ?? names;
    const pieces = async function* (): AsyncGenerator<Piece> {
      let first = 0;
      for (const group of metadata.row_groups) {
        const rows = Number(group.num_rows);
        yield await readGroup(file, metadata, wanted, first, rows).catch(failed);
        first += rows;
      }
    };
    return { rules, names, pieces, close: () => access.close() };
  } catch (error) {
    await access.close();
    throw error;
  }
}

function failure(where: string, name: string, error: unknown): never {
  if (error instanceof SluiceError) throw error;
  throw new SluiceError(`${where}: ${name} is no whole Parquet file: ${(error as Error).message}`, { cause: error });
}

interface AsyncBuffer {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

function bufferOf({ size, read }: RandomAccess): AsyncBuffer {
  return { byteLength: size, slice: async (start, end = size) => (await read(start, end)).buffer };
}

async function readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  first: number,
  rows: number,
): Promise<Piece> {
  const [{ parquetRead }, { compressors }] = await Promise.all([import("hyparquet"), import("hyparquet-compressors")]);
  const columns = names.map((): unknown[] => Array.from({ length: rows }));
  const take = (name: string, from: number, data: ArrayLike<unknown>) => {
    const column = columns[names.indexOf(name)]!;
    // Pages may begin before the group's rows that were asked for.
    for (let i = Math.max(0, first - from); i < data.length && from + i < first + rows; i++)
      column[from + i - first] = data[i];
  };
  await parquetRead({
    file,
    metadata,
    compressors,
    columns: [...names],
    rowStart: first,
    rowEnd: first + rows,
    onChunk: ({ columnName, columnData, rowStart }) => take(columnName, rowStart, columnData),
  });
  const lines = Int32Array.from({ length: rows }, (_, i) => first + i + 1);
  return { names, length: rows, lines, column: (place) => columns[place]! };
}
