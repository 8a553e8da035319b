/** Values of the constants of a file. They are written straight into its bytes, so that a weight is copied once. */
import type { TensorData } from "../../../tensor/dtype.js";

export interface RawValues {
  /** How many bytes `write` fills. */
  readonly bytes: number;
  /** @param to bytes of the file, little-endian, at any address */
  write(to: DataView): void;
}

/** float32 values in the order in which they are. @param read called when they are written: memory may have moved until then */
export function plain(read: () => TensorData, count: number): RawValues {
  return {
    bytes: 4 * count,
    write(to) {
      const data = read();
      if (data instanceof Float32Array) bytesAt(to).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      else for (let i = 0; i < count; i++) to.setFloat32(4 * i, data[i]!, true);
    },
  };
}

export const repeated = (value: number, count: number): RawValues => plain(() => new Float32Array(count).fill(value), count); // prettier-ignore

/** One after another. */
export function joined(parts: readonly RawValues[]): RawValues {
  return {
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    write(to) {
      let at = to.byteOffset;
      for (const part of parts) {
        part.write(new DataView(to.buffer, at, part.bytes));
        at += part.bytes;
      }
    },
  };
}

/** [rows, columns] as [columns, rows], the columns in this order. Blocks of columns keep what is read and written in the cache. */
export function transposed(read: () => TensorData, rows: number, columns: number, order?: Int32Array): RawValues {
  return {
    bytes: 4 * rows * columns,
    write(to) {
      const data = read();
      for (let begin = 0; begin < columns; begin += BLOCK) {
        const end = Math.min(columns, begin + BLOCK);
        for (let i = 0; i < rows; i++) {
          for (let j = begin; j < end; j++) {
            to.setFloat32(4 * (j * rows + i), data[i * columns + (order?.[j] ?? j)]!, true);
          }
        }
      }
    },
  };
}

const BLOCK = 16;

const bytesAt = (view: DataView): Uint8Array => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
