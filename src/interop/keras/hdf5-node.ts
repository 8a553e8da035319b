/** In Node libhdf5 reads in a worker: it is not robust against broken files, and a worker can be given limits and stopped. */
import { Worker } from "node:worker_threads";
import { SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import type { Hdf5Content } from "./hdf5-content.js";
import { hdf5Limits, type Hdf5Reader } from "./hdf5-reader.js";

/** What the worker answers: content, or what is wrong; `broken` when libhdf5 itself failed and must not go on. */
export type Hdf5Answer = { content: Hdf5Content } | { problem: string; broken: boolean };

/** One worker for all files that are read with it; it is started again after a failure. */
export function hdf5Reader(): Hdf5Reader {
  let worker: Worker | null = null;
  const stop = async () => {
    const stopped = worker;
    worker = null;
    await stopped?.terminate();
  };
  return {
    async read(bytes, name) {
      const limits = hdf5Limits(bytes.length);
      worker ??= start();
      const answered = answerOf(worker, bytes.length);
      const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
      worker.postMessage({ bytes: own, limits }, [own.buffer]);
      const answer = await answered;
      if ("content" in answer) return answer.content;
      if (answer.broken) await stop();
      throw new SluiceError(`${name}: HDF5: ${answer.problem}`);
    },
    close: stop,
  };
}

function start(): Worker {
  const worker = new Worker(new URL("./hdf5-worker-node.js", import.meta.url), {
    execArgv: [],
    stdout: true,
    stderr: true,
    workerData: { memory: LIMITS.hdf5Memory },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  // libhdf5 prints what it stumbles over; the answer says it.
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
}

function answerOf(worker: Worker, bytes: number): Promise<Hdf5Answer> {
  const seconds = LIMITS.hdf5Seconds + bytes / LIMITS.hdf5BytesPerSecond;
  return new Promise((resolve) => {
    const settle = (answer: Hdf5Answer) => {
      clearTimeout(timer);
      worker.off("message", settle).off("error", failed).off("exit", ended);
      resolve(answer);
    };
    const fail = (problem: string) => settle({ problem, broken: true });
    const failed = (error: Error) => fail(`the reader failed: ${error.message}`);
    const ended = (code: number) => fail(`the reader ended with code ${code}`);
    const late = () => fail(`not read within ${Math.ceil(seconds)} seconds; the file may be broken`);
    const timer = setTimeout(late, seconds * 1000);
    worker.once("message", settle).once("error", failed).once("exit", ended);
  });
}
