/** Arrow IPC streams of clients: judged by what they declare before anything is made of them. */
import type { RecordBatch } from "apache-arrow";
import { readTable, type Table } from "../../data/index.js";
import { SluiceError } from "../../util/errors.js";
import { Problem } from "../problem.js";
import { checkStream } from "../../data/readers/arrow-metadata.js";

/** Columns beyond this many are no table for a network. */
const MOST_COLUMNS = 10_000;

/**
 * The record batches of a stream.
 * @param mostRows of all batches together: a batch can declare rows that take no bytes
 * @throws Problem 400 where the bytes are none, 422 where there are more rows than allowed
 */
export async function readBatches(bytes: Uint8Array, mostRows: number): Promise<readonly RecordBatch[]> {
  const { RecordBatchReader } = await import("apache-arrow");
  const batches: RecordBatch[] = [];
  try {
    const whole = bytes.subarray(0, checkStream(bytes));
    const reader = RecordBatchReader.from(whole).open();
    if (reader.schema === undefined) throw new Error("it has no schema");
    if (reader.schema.fields.length > MOST_COLUMNS) throw new Error(`it has more than ${MOST_COLUMNS} columns`);
    let rows = 0;
    for (const batch of reader) {
      rows += batch.numRows;
      if (!(rows <= mostRows)) throw new Problem("too-long", `A request may hold ${mostRows} rows.`);
      for (let i = 0; i < batch.numCols; i++)
        if (batch.getChildAt(i)?.length !== batch.numRows) throw new Error(`column ${i + 1} is of another length`);
      batches.push(batch as RecordBatch);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformed(error);
  }
  return batches;
}

const malformed = (error: unknown) =>
  new Problem("malformed-arrow", `The body is no whole Arrow IPC stream: ${(error as Error).message}`, {
    cause: error,
  });

/** The rows of a stream as a table. */
export async function readArrowTable(bytes: Uint8Array, mostRows: number): Promise<Table> {
  await readBatches(bytes, mostRows);
  try {
    return await readTable(bytes, { format: "arrow", name: "body" });
  } catch (error) {
    if (error instanceof SluiceError) throw malformed(error);
    throw error;
  }
}
