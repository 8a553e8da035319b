/** Which kernel set computes: float32 on the fast kernels, float64 on the reference kernels. */
import type { Kernels } from "../kernels/kernels.js";
import type { FloatDType } from "../tensor/dtype.js";
import { SluiceError } from "../util/errors.js";

export interface KernelProvider {
  /** Makes the kernel set; called once. */
  create(): Kernels;
  /** Where making it takes a download or a compilation that must not block: resolves when `create` can be called. */
  ready?(): Promise<void>;
  /** Makes another set for what is computed from now on, in the memory of the one that is there, which is returned. */
  renew?(): Kernels | null;
}

const providers = new Map<FloatDType, KernelProvider>();
const made = new Map<FloatDType, Kernels>();

/** What options of layers have asked for, which few programs use: it is fetched while the model is made. */
export let coming: Promise<unknown> = Promise.resolve();

/** Has {@link kernelsReady} wait for a module too. */
export function bring(module: Promise<unknown>): void {
  coming = Promise.all([coming, module]);
  coming.catch(() => 0); // kernelsReady raises it
}

/** Names the kernel set for a dtype; the entry points of the package do this once. A later call replaces the set. */
export function provideKernels(dtype: FloatDType, provider: KernelProvider): void {
  providers.set(dtype, provider);
  made.delete(dtype);
}

/** Called where a program turns out to need more kernels than those it began with, which have one thread from then on. */
export function renewKernels(dtype: FloatDType): void {
  const before = providers.get(dtype)?.renew?.() as { setThreads?(count: number): Promise<void> } | null | undefined;
  void before?.setThreads?.(1);
  made.delete(dtype);
}

/** The kernel set that computes in `dtype`, made at first use. */
export function kernelsFor(dtype: FloatDType): Kernels {
  let kernels = made.get(dtype);
  if (kernels) return kernels;
  const provider = providers.get(dtype);
  if (!provider) throw new SluiceError(`${dtype}: no kernels for it here; float64 needs "sluice"`);
  kernels = provider.create();
  made.set(dtype, kernels);
  return kernels;
}

/** Waits until {@link kernelsFor} can answer: in a browser, until the WebAssembly module has been fetched and compiled. */
export async function kernelsReady(dtype: FloatDType): Promise<Kernels> {
  await coming;
  if (!made.has(dtype)) await providers.get(dtype)?.ready?.();
  return kernelsFor(dtype);
}
