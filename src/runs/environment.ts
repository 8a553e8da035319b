import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import type { Kernels } from "../kernels/kernels.js";
import { RUN_FILES, type RunFolder } from "./run-folder.js";

/** Where and with what a run was made, so that its numbers can be understood later. */
export interface Environment {
  sluice: string;
  node: string;
  platform: string;
  cpu: string;
  cores: number;
  /** The kernel set that computed. */
  kernels: string;
  /** Threads that computed shards of each batch; left out for one, without shards. */
  workers?: number;
  /** Begin of the run. */
  date: string;
}

export function environment(kernels: Kernels, date: Date): Environment {
  return {
    sluice: sluiceVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    kernels: kernels.name,
    date: date.toISOString(),
  };
}

/** What environment.json holds: where the run was made, and the command that made it. */
export function readEnvironment(folder: RunFolder): { command: string; environment: Environment } {
  const saved = folder.readJson(RUN_FILES.environment) as unknown as Environment & { command: string };
  const { command, ...rest } = saved;
  return { command, environment: rest };
}

export function sluiceVersion(): string {
  // By the package's own name: this file may have been bundled into another folder.
  const { version } = createRequire(import.meta.url)("sluice/package.json") as { version: string };
  return version;
}
