/** Writing HDF5 by h5wasm, libhdf5 compiled to WebAssembly, which is loaded when it is first needed. */
import type { Hdf5Array } from "./hdf5-content.js";

const PATH = "/written.h5";

/** The bytes of a file with these arrays of float32, in groups by their paths. */
export async function writeHdf5(arrays: ReadonlyMap<string, Hdf5Array>): Promise<Uint8Array> {
  const { h5wasm } = await import("h5wasm");
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File(PATH, "w");
  try {
    for (const [path, { data, shape }] of arrays) {
      const at = path.lastIndexOf("/");
      let group: { create_group(name: string): unknown; get(name: string): unknown } = file;
      for (const part of path.slice(0, at).split("/")) {
        group = (group.get(part) ?? group.create_group(part)) as typeof group;
      }
      (group as typeof file).create_dataset({ name: path.slice(at + 1), data, shape: [...shape], dtype: "<f4" });
    }
  } finally {
    file.close();
  }
  try {
    return FS.readFile(PATH) as Uint8Array;
  } finally {
    FS.unlink(PATH);
  }
}
