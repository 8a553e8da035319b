/** How jobs name data: by a path that their worker sees too, or as content of the store. */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { z } from "zod";
import { fingerprint } from "../../runs/fingerprint.js";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor, JobContext } from "../job.js";
import { NotHere } from "../not-here.js";
import { isAddress } from "./folder-store.js";

export const contentAddress = z.string().refine(isAddress, "expected an address sha256-…");

export const dataReference = z.union([
  z.strictObject({ path: z.string().min(1) }),
  z.strictObject({ address: contentAddress, ending: z.string() }),
]);

export type DataReference = z.output<typeof dataReference>;

/** Options of tasks that name a file: like the data they must lie where the worker may read, or be sent. */
export const FILE_OPTIONS = ["testData", "validationData"] as const;

/** Readers tell formats by it: ".csv.gz" of "prices.2024.csv.gz". */
const ENDING = /(?:\.[a-z]\w{0,15}){1,2}$/i;

/**
 * The data as jobs of this executor name them; what is sent is put into the store now.
 * @throws SluiceError for a folder that is to be sent, and for what does not fit into the store
 */
export async function refer({ sendsData = false, store }: Executor, path: string): Promise<DataReference> {
  if (!sendsData) return { path };
  const found = await stat(path).catch((error: Error) => {
    throw new SluiceError(`cannot read ${path}: ${error.message}`, { cause: error });
  });
  check(found.isFile(), () => `${path} is a folder, and only single files can be sent; leave out --send-data, and put it where the workers see it`); // prettier-ignore
  return { address: await store.put({ file: path }), ending: ENDING.exec(basename(path))?.[0] ?? "" };
}

type Reach = Pick<JobContext, "path" | "store" | "sole">;

/**
 * The path at which a worker finds them.
 * @param sha256 their fingerprint; left out, they are not compared
 * @throws NotHere where this worker of a queue lacks them, or has others; SluiceError where none may read them
 */
export async function sourceOf(data: DataReference, context: Reach, sha256?: string): Promise<string> {
  const other = (what: string) =>
    new NotHere(`${what} is not the data that the training was begun with; it was changed, or this worker has others`);
  if ("address" in data) {
    const file = await context.store.file(data.address, data.ending);
    if (sha256 !== undefined && data.address !== `sha256-${sha256}`) throw other("what was sent");
    return file;
  }
  const path = foundAt(data.path, context);
  if (sha256 !== undefined && (await printOf(path)) !== sha256) throw other(data.path);
  return path;
}

/** The path of a file or folder that is there. @throws NotHere where this worker of a queue lacks it */
export function foundAt(given: string, { path, sole }: Pick<JobContext, "path" | "sole">): string {
  const own = path(given);
  if (sole && !existsSync(own)) throw new NotHere(`there is no ${given}`);
  return own;
}

/**
 * The path of a folder that jobs write to, in the folder of a run that whoever asked has made.
 * @throws NotHere where this worker of a queue does not see that: what it wrote, nobody would find
 */
export function writtenAt(given: string, { path, sole }: Pick<JobContext, "path" | "sole">): string {
  const own = path(given);
  if (sole && !existsSync(dirname(own))) throw new NotHere(`there is no folder ${dirname(given)}`);
  return own;
}

/** The last fingerprint of a file and how it was then: the trials of a search all read the same. */
let last = { state: "", sha256: "" };

async function printOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  const state = found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeMs} ${path}` : "";
  if (state === "" || last.state !== state) last = { state, sha256: (await fingerprint(path)).sha256 };
  return last.sha256;
}
