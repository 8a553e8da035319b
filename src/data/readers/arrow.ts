import type * as Arrow from "apache-arrow";
import type { DataType, RecordBatch, Vector } from "apache-arrow";
import { check, SluiceError } from "../../util/errors.js";
import { guardArrow } from "./arrow-guard.js";
import { MOST_EMPTY } from "./arrow-metadata.js";
import type { Piece } from "./cells.js";
import { jsonRules } from "./json-cells.js";
import { unpackLz4Frame } from "./lz4-frame.js";
import type { ReadOptions } from "./options.js";
import type { PieceSource } from "./pieces.js";
import { openRandom, type RandomAccess } from "./random-access.js";
import type { OpenSource } from "./source.js";

type ArrowPackage = typeof Arrow;

/** An Arrow IPC file or stream (Feather version 2 is one), one record batch after another, also packed by LZ4 or Zstandard. */
export async function openArrow(where: string, source: OpenSource, options: ReadOptions): Promise<PieceSource> {
  const arrow = await loadArrow();
  const access = await openRandom(where, source);
  const failed = (error: unknown): never => {
    if (error instanceof SluiceError && error.message.startsWith(where)) throw error;
    const reason = (error as Error).message;
    throw new SluiceError(`${where}: ${source.name} is no whole Arrow file: ${reason}`, { cause: error });
  };
  try {
    check(access.size > 0, () => `${where}: ${source.name} is empty`);
    await guardArrow(access).next();
    const { schema } = await (await openReader(arrow, access)).open();
    // A file that is no Arrow file is a stream that ends before its schema.
    if (schema === undefined) failed(new Error("it has no schema"));
    const names = schema.fields.map(({ name }) => name);
    const pieces = async function* (): AsyncGenerator<Piece> {
      let first = 0;
      const guard = guardArrow(access);
      try {
        await guard.next();
        const batches = (await openReader(arrow, access))[Symbol.asyncIterator]();
        // The reader itself would go on behind the end of a stream that has no batch.
        while (!(await guard.next()).done) {
          const { done, value: batch } = (await batches.next()) as IteratorResult<RecordBatch, undefined>;
          if (done) break;
          yield pieceOfBatch(arrow, batch, names, first, failed);
          first += batch.numRows;
        }
      } catch (error) {
        failed(error);
      }
    };
    const rules = jsonRules(where, source.name, "row", options);
    return { rules, names, pieces, close: () => access.close() };
  } catch (error) {
    await access.close();
    return failed(error);
  }
}

async function loadArrow(): Promise<ArrowPackage> {
  const [arrow, { decompressZstd }] = await Promise.all([import("apache-arrow"), import("hyparquet-compressors")]);
  const { compressionRegistry, CompressionType } = arrow;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: unpackLz4Frame });
  // A copy, since numbers of 8 bytes must begin at a multiple of 8.
  compressionRegistry.set(CompressionType.ZSTD, { decode: (packed) => decompressZstd(packed).slice() });
  return arrow;
}

/** The package reads parts of anything that looks like Node's file handle. */
function openReader({ RecordBatchReader }: ArrowPackage, { size, read }: RandomAccess) {
  const handle = {
    fd: 0,
    stat: () => Promise.resolve({ size }),
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const bytes = await read(position, position + length);
      buffer.set(bytes, offset);
      return { bytesRead: bytes.length, buffer };
    },
    close: () => Promise.resolve(),
  };
  return RecordBatchReader.from(handle as unknown as Parameters<typeof RecordBatchReader.from>[0]);
}

/** What is packed shows only now how many bytes it has; a batch without columns has none. */
function checkRows({ numRows, numCols, data }: RecordBatch): void {
  const few = data.children.findIndex(({ byteLength }) => numRows > Math.max(MOST_EMPTY, 8 * byteLength));
  if (few >= 0 || (numCols === 0 && numRows > 0)) {
    const bytes = few < 0 ? 0 : data.children[few]!.byteLength;
    throw new Error(`a batch declares ${numRows} rows of ${bytes} bytes`);
  }
}

function pieceOfBatch(
  arrow: ArrowPackage,
  batch: RecordBatch,
  names: readonly string[],
  first: number,
  failed: (error: unknown) => never,
): Piece {
  checkRows(batch);
  const lines = Int32Array.from({ length: batch.numRows }, (_, i) => first + i + 1);
  const column = (place: number) => {
    try {
      return cellsOf(arrow, batch.getChildAt(place));
    } catch (error) {
      return failed(error); // a date that no number holds
    }
  };
  return { names, length: batch.numRows, lines, column };
}

function cellsOf({ DataType: Type }: ArrowPackage, vector: Vector | null): ArrayLike<unknown> {
  if (vector === null) return [];
  const type = vector.type as DataType;
  if (Type.isDate(type) || Type.isTimestamp(type)) {
    return Array.from(vector, (value: number | null) => (value === null ? null : new Date(value)));
  }
  if (Type.isDecimal(type)) return Array.from(vector, (words: Uint32Array | null) => decimal(words, type.scale));
  return Array.from(vector);
}

/** Two's complement in words, the lowest first. */
function decimal(words: Uint32Array | null, scale: number): number | null {
  if (words === null) return null;
  let value = 0n;
  for (const word of [...words].reverse()) value = (value << 32n) | BigInt(word);
  return Number(BigInt.asIntN(words.length * 32, value)) / 10 ** scale;
}
