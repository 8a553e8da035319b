/**
 * The wasm kernels of a page or worker: the one module that suits the engine is fetched from beside this file, or from where
 * the caller says. Threads need shared memory, and so a page with cross-origin isolation.
 */
import { SluiceError } from "../../util/errors.js";
import { WasmKernels } from "./kernels.js";
import { spawnWorker } from "./threads.js";
import { fileName, hasRelaxedSimd, hasSimd, isTrainingNeeded, type Variant } from "./variants.js";

/** For the name of the module's file, such as "kernels-relaxed.wasm": where to fetch it, or its bytes. */
export type ModuleSource = (file: string) => string | URL | BufferSource | Promise<string | URL | BufferSource>;

/** Addresses that a bundler can see, one by one. */
function besideThisFile({ relaxed, shared, forwardOnly }: Variant): URL {
  if (forwardOnly && relaxed) return new URL("./kernels-inference-relaxed.wasm", import.meta.url);
  if (forwardOnly) return new URL("./kernels-inference-simd.wasm", import.meta.url);
  if (relaxed && shared) return new URL("./kernels-relaxed-shared.wasm", import.meta.url);
  if (relaxed) return new URL("./kernels-relaxed.wasm", import.meta.url);
  if (shared) return new URL("./kernels-simd-shared.wasm", import.meta.url);
  return new URL("./kernels-simd.wasm", import.meta.url);
}

/** Fetches and starts the kernels. */
export async function loadKernels(source?: ModuleSource): Promise<WasmKernels> {
  const shared = globalThis.crossOriginIsolated === true;
  const variant = { relaxed: hasRelaxedSimd(), shared, forwardOnly: !shared && !isTrainingNeeded() };
  const found = source ? await source(fileName(variant)) : besideThisFile(variant);
  const bytes = typeof found === "string" || found instanceof URL ? await fetchBytes(found) : found;
  requireSimd();
  const isPage = typeof document === "object";
  return new WasmKernels(await WebAssembly.compile(bytes), variant, spawnWorker, !isPage);
}

async function fetchBytes(url: string | URL): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new SluiceError(`kernels: fetching ${String(url)} failed with status ${response.status}`);
  return response.arrayBuffer();
}

export function requireSimd(): void {
  if (!hasSimd()) throw new SluiceError("kernels: this engine has no 128-bit SIMD in WebAssembly");
}
