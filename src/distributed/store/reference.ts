/** How jobs name data: by a path that their worker sees too, or as content of the store. */
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { check, SluiceError } from "../../util/errors.js";
import type { Executor, JobContext } from "../job.js";
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

/** The path at which a worker finds them. @throws SluiceError where it may not, or the content is not there */
export async function sourceOf(data: DataReference, { path, store }: Pick<JobContext, "path" | "store">) {
  return "path" in data ? path(data.path) : store.file(data.address, data.ending);
}
