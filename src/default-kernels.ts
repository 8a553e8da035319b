/** Makes the WebAssembly kernels the ones that compute in float32. Bundlers keep this import (package.json, sideEffects). */
import { loadKernels } from "#kernels";
import type { ModuleSource } from "./kernels/wasm/load.js";
import type { Kernels } from "./kernels/kernels.js";
import type { Memory } from "./tensor/memory.js";
import { kernelsReady, provideKernels, type KernelProvider } from "./ops/backend.js";
import { SluiceError } from "./util/errors.js";

/** Node reads the module at once; a page fetches it. */
const load = loadKernels as unknown as (source?: ModuleSource, memory?: Memory) => Kernels | Promise<Kernels>;
let source: ModuleSource | undefined;
let started: Kernels | Promise<Kernels> | null = null;
let loaded: Kernels | null = null;
/** That of kernels that others take over from. */
let memory: Memory | undefined;

const provider: KernelProvider = {
  create() {
    const kernels = loaded ?? (started ??= load(source, memory));
    if (!(kernels instanceof Promise)) return (loaded = kernels);
    kernels.catch(() => undefined); // asked for too early: the error below says so, and ready() will report a failed fetch
    throw new SluiceError("the kernels are not here yet: await ready() first");
  },
  renew() {
    if (!(started instanceof Promise)) return null; // nothing was begun, or under Node, where there is one edition
    const before = loaded;
    memory = before?.memory;
    started = loaded = null;
    return before;
  },
  async ready() {
    while (!loaded) {
      const mine = (started ??= load(source, memory));
      try {
        const kernels = await mine;
        if (mine === started) loaded = kernels;
      } catch (error) {
        if (mine === started) started = null; // the next call tries again
        throw error;
      }
    }
  },
};
provideKernels("float32", provider);

/**
 * Resolves when the kernels can be used. `fit`, `predict` and `loadModel` wait by themselves; a page needs it before the first
 * synchronous use (`ops`, `grad`, `model.stream`).
 */
export async function ready(): Promise<void> {
  await kernelsReady("float32");
}

/**
 * Where a page finds the WebAssembly file, when its bundler does not place it beside the script. Call it before anything else;
 * in Node, which reads the file from the package, it has no effect.
 * @example setWasmSource((file) => `/static/${file}`)
 */
export function setWasmSource(from: ModuleSource): void {
  source = from;
}

/**
 * Computes on `count` threads from now on, this one included; results are the same bits for any number. Idle threads sleep and do
 * not keep a Node process alive. Call it while nothing trains or predicts.
 * @throws SluiceError for a count outside 1 to 64, and in a page without cross-origin isolation, which has no shared memory
 */
export async function setThreads(count: number): Promise<void> {
  await ready();
  const kernels = loaded as Kernels & { setThreads?(count: number): Promise<void> };
  if (kernels.setThreads) return kernels.setThreads(count);
  throw new SluiceError(
    'setThreads: a page that imports only "sluice/inference" computes on one thread; import from "sluice"',
  );
}
