/** Where there are no workers of Node: libhdf5 runs in the page's own thread, within the memory that WebAssembly allows it. */
import { SluiceError } from "../../util/errors.js";
import { readHdf5Content } from "./hdf5-content.js";
import { hdf5Limits, type Hdf5Reader } from "./hdf5-reader.js";

export function hdf5Reader(): Hdf5Reader {
  return {
    async read(bytes, name) {
      const { h5wasm } = await import("h5wasm");
      try {
        return await readHdf5Content(h5wasm, bytes, hdf5Limits(bytes.length));
      } catch (cause) {
        throw new SluiceError(`${name}: HDF5: ${(cause as Error).message}`, { cause });
      }
    },
    close: () => Promise.resolve(),
  };
}
