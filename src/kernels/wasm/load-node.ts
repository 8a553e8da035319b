/** The wasm kernels under Node: the module is read from beside this file, at once. */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { WasmKernels } from "./kernels.js";
import { requireSimd } from "./load.js";
import { spawnNodeWorker } from "./threads-node.js";
import { fileName, hasRelaxedSimd, type Variant } from "./variants.js";

/** Node 20's V8 has relaxed SIMD behind a flag, which works as long as the module is not compiled; later ones have it on. */
export function bestVariant(): Variant {
  if (!hasRelaxedSimd()) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return { relaxed: hasRelaxedSimd(), shared: true };
}

export function loadKernels(variant: Variant = bestVariant()): WasmKernels {
  requireSimd();
  const bytes = readFileSync(new URL(`./${fileName(variant)}`, import.meta.url));
  return new WasmKernels(new WebAssembly.Module(bytes), variant, spawnNodeWorker, true);
}
