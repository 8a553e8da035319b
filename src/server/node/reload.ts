/** Hot reload: a model file that changes is read, tried aside, and put in the place of the old one; rubbish leaves the old one as it is. */
import { stat } from "node:fs/promises";
import type { ServerContext } from "../context.js";
import { openFile, type ModelFile } from "./model-file.js";

/** What tells two contents of a file apart without reading them; a file that is replaced has another inode. */
async function markOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [ino, size, mtimeMs, ctimeMs].join();
  } catch {
    return "gone";
  }
}

interface Watched extends ModelFile {
  /** As it was when the model was last read, or found to be rubbish. */
  known: string;
  /** As it was at the last look: a file is read when it has not changed between two, so that it is not read while it is written. */
  seen: string;
}

export interface Watch {
  /** Looks now, and waits for what is being read; for tests. */
  look(): Promise<void>;
  stop(): void;
}

/**
 * Looks at the files again and again. Systems that tell of changes differ in what they tell, and network drives and mounted
 * configurations tell nothing; a look takes microseconds.
 * @param every milliseconds between two looks
 */
export async function watchFiles(files: readonly ModelFile[], context: ServerContext, every: number): Promise<Watch> {
  const watched: Watched[] = [];
  for (const file of files) {
    const mark = await markOf(file.file);
    watched.push({ ...file, known: mark, seen: mark });
  }
  let looking: Promise<void> | null = null;
  const look = () => (looking ??= lookAt(watched, context).finally(() => (looking = null)));
  const timer = setInterval(() => void look(), every);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}

async function lookAt(watched: readonly Watched[], context: ServerContext): Promise<void> {
  for (const one of watched) {
    const mark = await markOf(one.file);
    const settled = mark === one.seen;
    one.seen = mark;
    if (!settled || mark === one.known) continue;
    one.known = mark;
    await reload(one, context);
  }
}

async function reload({ name, file }: ModelFile, { models, limits, metrics, log }: ServerContext): Promise<void> {
  const before = models.get(name).version;
  try {
    const served = await openFile({ name, file }, limits, metrics);
    if (served.version === before) return;
    models.replace(served);
    log("info", "model reloaded", { model: name, version: served.version, before });
  } catch (error) {
    metrics.loads.add({ model: name, outcome: "rejected" });
    const reason = error instanceof Error ? error.message : String(error);
    log("error", "model rejected", { model: name, file, serving: before, reason });
  }
}
