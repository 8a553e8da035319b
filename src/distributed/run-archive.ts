/** A run as one content of the store, for workers and whoever asked that share no folder: a zip file of what the run's folder holds. */
import { zipSync } from "fflate";
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import type { Json } from "../format/json.js";
import { readZip } from "../interop/zip.js";
import { RUN_FILES, RunFolder } from "../runs/run-folder.js";
import { check, show } from "../util/errors.js";
import type { Store } from "./job.js";
import { contentAddress, FILE_OPTIONS } from "./store/reference.js";

export const runArchive = z.strictObject({
  /** Of the run's folder: date and name. */
  name: z.string().regex(/^[\d-]{10}T[\d-]{8}-[\w-]+$/),
  content: contentAddress,
});

export type RunArchive = z.output<typeof runArchive>;

/** A file of a run, at most two folders deep. */
const NAME = /^(?:[\w-][\w.-]*\/){0,2}[\w-][\w.-]*$/;
/** The same files make the same archive, whenever it is made. */
const MTIME = new Date(1980, 0, 2);

/** @param whole with what it takes to go on with the run; the checkpoint before the last is not needed for that */
export async function packRun(folder: RunFolder, store: Store, whole: boolean): Promise<RunArchive> {
  const checkpoints = [RUN_FILES.best, RUN_FILES.last, RUN_FILES.checkpoints];
  const leave: readonly string[] = [RUN_FILES.lock, RUN_FILES.previous, ...(whole ? [] : checkpoints)];
  const names = readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"))
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.path.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((name) => NAME.test(name) && !leave.includes(name))
    .sort();
  // Weights are as large packed as they are.
  const entries = names.map((name) => [name, [readFileSync(folder.file(name)), { level: name.endsWith(".safetensors") ? 0 : 6 }]]); // prettier-ignore
  const content = await store.put(zipSync(Object.fromEntries(entries), { mtime: MTIME }));
  return { name: folder.name, content };
}

/** Where the run is now: what its files say of where its data are is that of another machine. */
export interface Place {
  /** Folder that keeps it. */
  readonly root: string;
  readonly data: string;
  /** Options that name files. */
  readonly files: Readonly<Record<string, Json>>;
}

/**
 * Makes the run's folder; one of an earlier time gives way to it. Seen when all of it is there.
 * @throws SluiceError for what is no archive of a run
 */
export async function unpackRun({ name, content }: RunArchive, store: Store, place: Place): Promise<RunFolder> {
  const files = readZip(await store.get(content), `run ${name}`);
  const odd = [...files.keys()].find((one) => !NAME.test(one));
  check(odd === undefined, () => `run ${name}: ${show(odd)} is no file of a run`);
  const path = join(place.root, name);
  const hidden = join(place.root, `.${name}-${randomUUID()}`);
  mkdirSync(place.root, { recursive: true });
  // What an earlier time left that was killed; nobody else takes the same run in.
  for (const one of readdirSync(place.root)) if (one.startsWith(`.${name}-`)) rmSync(join(place.root, one), { recursive: true }); // prettier-ignore
  try {
    for (const [file, bytes] of files) {
      mkdirSync(dirname(join(hidden, file)), { recursive: true });
      writeFileSync(join(hidden, file), bytes, { flush: true });
    }
    adopt(RunFolder.open(hidden), place);
    rmSync(path, { recursive: true, force: true });
    renameSync(hidden, path);
  } finally {
    rmSync(hidden, { recursive: true, force: true });
  }
  return RunFolder.open(path);
}

/** Nothing is believed that names a file. */
function adopt(folder: RunFolder, { root, data, files }: Place): void {
  const config = folder.readJson(RUN_FILES.config) as Record<string, Json>;
  for (const name of FILE_OPTIONS) delete config[name];
  folder.replaceJson(RUN_FILES.config, { ...config, data, runs: root, ...files });
  if (!folder.has(RUN_FILES.data)) return; // a training of a backtest has none of its own
  const { fingerprint, ...rest } = folder.readJson(RUN_FILES.data) as Record<string, Json>;
  const print = { ...(fingerprint as object), name: basename(data), path: resolve(data) };
  folder.replaceJson(RUN_FILES.data, { fingerprint: print, ...rest });
}
