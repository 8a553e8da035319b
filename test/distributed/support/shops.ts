/** Sales of some shops, a file of many series; and an executor that does jobs of series here, one after the other. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setMaxListeners } from "node:events";
import type { Executor, Job, JobContext, JobOutcome } from "../../../src/distributed/job.js";
import { series } from "../../../src/distributed/series/series.js";
import { FolderStore } from "../../../src/distributed/store/folder-store.js";
import { normal } from "../../../src/util/normal.js";
import { Random } from "../../../src/util/random.js";

function refused(path: string): never {
  throw new Error(`${path} cannot be seen here`);
}

export interface Row extends Readonly<Record<string, unknown>> {
  readonly date: Date;
  readonly shop: string;
  readonly sales: number;
}

/** By day, with a week in it; the shops' rows lie among each other. @param lengths days of each */
export function shops(lengths: Readonly<Record<string, number>>): Row[] {
  const names = Object.keys(lengths);
  const randoms = names.map((_, i) => new Random(i + 1));
  const longest = Math.max(...Object.values(lengths));
  const rows: Row[] = [];
  for (let t = 0; t < longest; t++)
    for (const [i, shop] of names.entries()) {
      if (t >= lengths[shop]!) continue;
      const level = 20 * (i + 1) + 5 * Math.sin((2 * Math.PI * t) / 7 + i);
      rows.push({ date: new Date(Date.UTC(2024, 0, 1 + t)), shop, sales: Number((level + normal(randoms[i]!)).toFixed(3)) }); // prettier-ignore
    }
  return rows;
}

export function writeShops(path: string, rows: readonly Row[]): void {
  const lines = rows.map(({ date, shop, sales }) => `${date.toISOString().slice(0, 10)},${shop},${sales}`);
  writeFileSync(path, `date,shop,sales\n${lines.join("\n")}\n`);
}

/**
 * @param before called before each job; what it throws the job's attempts throw
 * @param sendsData whether the folder of the run is said to be out of its sight; then it works in a folder of its own
 */
export function here(store: string, before: (job: Job) => void = () => undefined, sendsData = false): Executor {
  let last: Promise<unknown> = Promise.resolve();
  const own = new FolderStore(store);
  const scratch = `${store}-scratch`;
  return {
    slots: 1,
    store: own,
    sendsData,
    run(job, { signal = new AbortController().signal, onProgress } = {}) {
      setMaxListeners(0, signal);
      const context: JobContext = {
        store: own,
        signal,
        path: (given) => (sendsData ? refused(given) : given),
        scratch: () => {
          mkdirSync(scratch, { recursive: true });
          return scratch;
        },
        report: (progress) => Promise.resolve(onProgress?.(progress)),
        children: new Map(),
        worker: { name: "here", version: "0", cores: 1, kernels: "wasm", host: hostname() },
      };
      const work = async (): Promise<JobOutcome> => {
        signal.throwIfAborted();
        const ended = { id: job.id, worker: "here", attempts: 1, seconds: 0 };
        try {
          before(job);
          return { ...ended, state: "done", result: await series(job.payload, context) };
        } catch (error) {
          signal.throwIfAborted();
          return { ...ended, state: "failed", result: null, reason: (error as Error).message };
        } finally {
          rmSync(scratch, { recursive: true, force: true });
        }
      };
      const end = last.then(work);
      last = end.catch(() => undefined);
      return end;
    },
    runFlow: () => Promise.reject(new Error("series ask for no rounds")),
    close: () => Promise.resolve(),
  };
}
