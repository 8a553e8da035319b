/**
 * The wasm kernels of a page or worker: the one module that suits the engine is fetched from beside this file, or from where
 * the caller says. Threads need shared memory, and so a page with cross-origin isolation.
 */
import { SluiceError } from "../../util/errors.js";
import type { Kernels } from "../kernels.js";
import { ForwardKernels } from "./forward-kernels.js";
import type { WasmMemory } from "./memory.js";
import { fileName, hasRelaxedSimd, hasSimd, type Variant } from "./variants.js";

/** Where to fetch a module, its bytes, or the module itself, where the platform compiles none at run time. */
type FoundModule = string | URL | BufferSource | WebAssembly.Module;

/** For the name of the module's file, such as "kernels-relaxed.wasm". */
export type ModuleSource = (file: string) => FoundModule | Promise<FoundModule>;

/** What a program needs of the kernels: to run models, or to train them too (full.ts). */
export interface Edition {
  readonly name: NonNullable<Variant["edition"]>;
  /** Where the module stands: addresses written out one by one, so that a bundler sees them. */
  urlOf(variant: Variant): URL;
  start(module: WebAssembly.Module, variant: Variant, memory?: WasmMemory): Kernels;
}

/** Nothing in an entry point that asks for no more records a tape, and a tape alone would call a gradient. */
let edition: Edition = {
  name: "inference-",
  urlOf: ({ relaxed }) =>
    relaxed
      ? new URL("./kernels-inference-relaxed.wasm", import.meta.url)
      : new URL("./kernels-inference-simd.wasm", import.meta.url),
  start: (module, variant, memory) => new ForwardKernels(module, variant, memory) as unknown as Kernels,
};

/**
 * Called by the entry points that can train; counts for what is loaded from then on.
 * @returns whether it is another one than before
 */
export function useEdition(wanted: Edition): boolean {
  const changed = wanted !== edition;
  edition = wanted;
  return changed;
}

/**
 * Fetches and starts the kernels.
 * @param memory of the small edition, when the program turns out to need the full one: models and streams stay where they are
 */
export async function loadKernels(source?: ModuleSource, memory?: WasmMemory): Promise<Kernels> {
  const { name, urlOf, start } = edition;
  const shared = memory
    ? !(memory.buffer instanceof ArrayBuffer)
    : name !== "inference-" && globalThis.crossOriginIsolated === true;
  const variant = { relaxed: hasRelaxedSimd(), shared, edition: name };
  const found = source ? await source(fileName(variant)) : urlOf(variant);
  requireSimd();
  return start(found instanceof WebAssembly.Module ? found : await compile(found), variant, memory);
}

async function compile(from: string | URL | BufferSource): Promise<WebAssembly.Module> {
  if (typeof from !== "string" && !(from instanceof URL)) return WebAssembly.compile(from);
  const response = await fetch(from);
  if (!response.ok) throw new SluiceError(`kernels: ${String(from)}: status ${response.status}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

export function requireSimd(): void {
  if (!hasSimd()) throw new SluiceError("kernels: this engine has no SIMD in WebAssembly");
}
