/**
 * Other threads that run parts of the kernels on the same memory. Each has its own instance of the module and stays inside the
 * module's `work`, where it spins a little and then sleeps between jobs (assembly/threads.ts).
 */
import { SluiceError } from "../../util/errors.js";
import type { WasmExports } from "./operations.js";
import { importsFor } from "./variants.js";

/** What a new thread is given. `part` is its number, from 1; `job` the number of the last job before its time. */
export interface ThreadStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  part: number;
  job: number;
}

export interface Thread {
  stop(): void;
}

/** Starts a thread and resolves when it listens. */
export type SpawnThread = (start: ThreadStart) => Promise<Thread>;

/** The body of a thread's script: does not return before it is told to leave. */
export function listen({ module, memory, part, job }: ThreadStart, ready: () => void): void {
  const { exports } = new WebAssembly.Instance(module, importsFor(memory));
  ready();
  (exports as unknown as WasmExports).work(part, job);
}

/** A worker of the browser, or of an engine with the same interface. */
export const spawnWorker: SpawnThread = (start) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = () => resolve({ stop: () => worker.terminate() });
    worker.onerror = (event) => reject(new SluiceError(`threads: a worker did not start: ${event.message}`));
    worker.postMessage(start);
  });
