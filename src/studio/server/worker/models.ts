/** Models of runs, opened once and kept while their files stay as they are. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { readTable, takeRows, textsOf, type Table } from "../../../data/index.js";
import { RUN_FILES } from "../../../runs/run-folder.js";
import { openRun } from "../../../tasks/open-run.js";
import type { Run } from "../../../tasks/run.js";
import { check, show, SluiceError } from "../../../util/errors.js";
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
  { made, run }: Opened,
  { data, config }: RunPlace,
  name: string,
  make: (source: string | Table) => Promise<T>,
): Promise<T> {
  if ("problem" in data) throw new SluiceError(data.problem);
  const { mtimeMs, size } = statSync(data.path);
  const key = `${name} ${mtimeMs} ${size}`;
  let found = made.get(key);
  if (!found) {
    found = sourceOf(run, data.path, config).then(make);
    made.set(key, found);
    found.catch(() => made.delete(key));
  }
  return found as Promise<T>;
}

/** The file or folder; of a model of one series the rows that it learnt from, since it knows no others. */
async function sourceOf(
  { pipeline: { reading } }: Run,
  path: string,
  { verb, id, series }: RunPlace["config"],
): Promise<string | Table> {
  if (verb !== "series" || typeof id !== "string") return path;
  const table = await readTable(path, reading);
  const ids = textsOf("series", table, id);
  const rows = Array.from(ids.keys()).filter((row) => ids[row] === series);
  check(rows.length > 0, () => `the data have no rows of series ${show(series)} any more`);
  return takeRows(table, rows);
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
