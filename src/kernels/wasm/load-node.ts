/** The wasm kernels under Node: the module is read from beside this file, at once. */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { requireSimd, type ModuleSource } from "./load.js";
import { SequenceWasmKernels } from "./sequence-kernels.js";
import { spawnNodeWorker } from "./threads-node.js";
import { fileName, hasRelaxedSimd, type Variant } from "./variants.js";

/** V8's experiment that joins pairs of 128-bit operations into 256-bit ones (AVX2); sound for these kernels in Node 24 and later. */
const REVECTORIZE = "--experimental-wasm-revectorize";
const WIDE_FROM_NODE = 24;

/**
 * Node 20's V8 has relaxed SIMD behind a flag, which works as long as the module is not compiled; later ones have it on.
 * 256-bit operations are used where the process was started with {@link REVECTORIZE} or has SLUICE_WIDE=1 in its environment.
 */
export function bestVariant(): Variant {
  if (!hasRelaxedSimd()) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return { relaxed: hasRelaxedSimd(), shared: true, edition: "sequences-", wide: asksForWide() };
}

function asksForWide(): boolean {
  if (process.arch !== "x64" || Number.parseInt(process.versions.node, 10) < WIDE_FROM_NODE) return false;
  if (process.env["SLUICE_WIDE"] === "1") setFlagsFromString(REVECTORIZE);
  else return `${process.env["NODE_OPTIONS"] ?? ""} ${process.execArgv.join(" ")}`.includes(REVECTORIZE);
  return true;
}

/** @param wanted left out, or what `setWasmSource` was given, which is for pages: the best variant for the engine */
export function loadKernels(wanted?: Variant | ModuleSource): SequenceWasmKernels {
  requireSimd();
  const variant = typeof wanted === "object" ? wanted : bestVariant();
  const bytes = readFileSync(new URL(`./${fileName(variant)}`, import.meta.url));
  return new SequenceWasmKernels(new WebAssembly.Module(bytes), variant, spawnNodeWorker, true);
}
