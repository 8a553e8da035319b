/** The worker that reads HDF5 files. The files are in memory, so that no link in one reaches the disk. */
import { parentPort, workerData } from "node:worker_threads";
import { Hdf5Problem, readHdf5Content, type Hdf5Limits } from "./hdf5-content.js";
import type { Hdf5Answer } from "./hdf5-node.js";

const { memory } = workerData as { memory: number };
limitMemory(memory);
const { h5wasm } = await import("h5wasm");

parentPort!.on("message", ({ bytes, limits }: { bytes: Uint8Array; limits: Hdf5Limits }) => {
  readHdf5Content(h5wasm, bytes, limits).then(
    (content) => {
      const buffers = new Set([...content.arrays.values()].map(({ data }) => data.buffer as ArrayBuffer));
      parentPort!.postMessage({ content } satisfies Hdf5Answer, [...buffers]);
    },
    (error: Error) => {
      const broken = !(error instanceof Hdf5Problem) && !isReport(error);
      parentPort!.postMessage({ problem: error.message, broken } satisfies Hdf5Answer);
    },
  );
});

/** A trap, or running out of memory, leaves libhdf5 in no known state; what it reports itself does not. */
function isReport(error: Error): boolean {
  return error.constructor === Error && !/abort|memory|malloc/i.test(error.message);
}

/** Emscripten takes a refusal as the end of the memory, and libhdf5 that as an error. */
function limitMemory(bytes: number): void {
  const { prototype } = WebAssembly.Memory;
  const grow = prototype.grow;
  prototype.grow = function (this: WebAssembly.Memory, pages: number) {
    if (this.buffer.byteLength + pages * 65536 > bytes) throw new RangeError("the memory for reading HDF5 is used up");
    return grow.call(this, pages);
  };
}
