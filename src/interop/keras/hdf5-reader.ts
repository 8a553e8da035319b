/** What reads HDF5 files; `#hdf5` makes one, in Node with a worker, elsewhere in the page's own thread. */
import { LIMITS } from "../limits.js";
import type { Hdf5Content, Hdf5Limits } from "./hdf5-content.js";

/** Reads HDF5 files, one at a time; `close` gives back what it holds. */
export interface Hdf5Reader {
  /**
   * @param bytes belong to the reader from now on
   * @param name what errors call the file
   */
  read(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Hdf5Content>;
  close(): Promise<void>;
}

/** Arrays of a small file may be larger than the file: they may be packed, or hold one value throughout. */
export function hdf5Limits(fileBytes: number): Hdf5Limits {
  const bytes = Math.min(LIMITS.unpackedBytes, Math.max(LIMITS.zipSmall, fileBytes * LIMITS.zipRatio));
  return { objects: LIMITS.nodes, depth: LIMITS.hdf5Depth, bytes, rank: LIMITS.rank };
}
