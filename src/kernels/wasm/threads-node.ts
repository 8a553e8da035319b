import { Worker } from "node:worker_threads";
import { SluiceError } from "../../util/errors.js";
import type { SpawnThread } from "./threads.js";

/** A worker of Node that does not keep the process alive. */
export const spawnNodeWorker: SpawnThread = (start) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker-node.js", import.meta.url), { workerData: start, execArgv: [] });
    worker.once("error", (cause) => reject(new SluiceError("threads: a worker did not start", { cause })));
    worker.once("message", () => {
      worker.unref();
      resolve({ stop: () => void worker.terminate() });
    });
  });
