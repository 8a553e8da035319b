/** Models of runs, opened once and kept while their files stay as they are. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { RUN_FILES } from "../../../runs/run-folder.js";
import { openRun } from "../../../tasks/open-run.js";
import type { Run } from "../../../tasks/run.js";
import { SluiceError } from "../../../util/errors.js";
import type { RunPlace } from "./methods.js";

/** A network takes some megabytes, its data may take more. */
const MOST = 4;

export interface Opened {
  readonly run: Run;
  /** Bytes of the model's file. */
  readonly bytes: number;
  /** What is made of it once, such as its samples. */
  readonly made: Map<string, Promise<unknown>>;
}

const opened = new LRUCache<string, Promise<Opened>>({ max: MOST });

export async function openModel({ folder }: RunPlace): Promise<Opened> {
  const mark = `${folder}\n${markOf(folder)}`;
  let model = opened.get(mark);
  if (!model) {
    model = open(folder);
    opened.set(mark, model);
    // A file that is just being written may be whole the next time.
    model.catch(() => opened.delete(mark));
  }
  return model;
}

/**
 * What is made of the run's data, once for an open model while the data stay as they are.
 * @throws SluiceError where the data are not there any more
 */
export async function onceOfData<T>(
  { made }: Opened,
  { data }: RunPlace,
  name: string,
  make: (path: string) => Promise<T>,
): Promise<T> {
  if ("problem" in data) throw new SluiceError(data.problem);
  const { mtimeMs, size } = statSync(data.path);
  const key = `${name} ${mtimeMs} ${size}`;
  let found = made.get(key);
  if (!found) {
    found = make(data.path);
    made.set(key, found);
    found.catch(() => made.delete(key));
  }
  return found as Promise<T>;
}

const FILES = [RUN_FILES.model, RUN_FILES.best, RUN_FILES.last];

/** As `openRun` chooses. */
function markOf(folder: string): string {
  for (const name of FILES) {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stat) return `${name} ${stat.mtimeMs} ${stat.size}`;
  }
  throw new SluiceError("the run holds no model yet: its first epoch has not ended");
}

async function open(folder: string): Promise<Opened> {
  const name = FILES.find((file) => statSync(join(folder, file), { throwIfNoEntry: false }))!;
  return { run: await openRun(folder), bytes: statSync(join(folder, name)).size, made: new Map() };
}
