/** Folders of series as one content of the store, for workers that do not see the folder of the run: a zip file of what they hold. */
import { zipSync } from "fflate";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readZip } from "../../interop/zip.js";
import { RUN_FILES } from "../../runs/run-folder.js";
import { check, show } from "../../util/errors.js";
import type { Store } from "../job.js";
import { RESULT_FILE } from "./result.js";

/** Of a series that has ended. */
const FILES = [RUN_FILES.config, RUN_FILES.metrics, RUN_FILES.model, RUN_FILES.evaluation, RESULT_FILE] as const;
/** The same files make the same archive, whenever it is made. */
const MTIME = new Date(1980, 0, 2);

/** @param names of folders in `place` @returns its address */
export async function packSeries(place: string, names: readonly string[], store: Store): Promise<string> {
  const entries = names.flatMap((name) =>
    FILES.map((file) => {
      // Weights are as large packed as they are.
      const level = file === RUN_FILES.model ? 0 : 6;
      return [`${name}/${file}`, [readFileSync(join(place, name, file)), { level }]];
    }),
  );
  return store.put(zipSync(Object.fromEntries(entries), { mtime: MTIME }));
}

/**
 * Makes the folders of series; one that is there stays.
 * @param names which are to be in it
 * @throws SluiceError where it holds anything else
 */
export async function unpackSeries(
  place: string,
  names: readonly string[],
  address: string,
  store: Store,
): Promise<void> {
  const files = readZip(await store.get(address), "series");
  const wanted = new Set(names.flatMap((name) => FILES.map((file) => `${name}/${file}`)));
  const odd = [...files.keys()].find((file) => !wanted.has(file));
  const missing = [...wanted].find((file) => !files.has(file));
  check(odd === undefined && missing === undefined, () => `series: what came back ${odd ? `holds ${show(odd)}` : `lacks ${show(missing)}`}`); // prettier-ignore
  for (const name of names) {
    if (existsSync(join(place, name, RESULT_FILE))) continue;
    const hidden = join(place, `.${name}-${randomUUID()}`);
    try {
      mkdirSync(hidden);
      for (const file of FILES) writeFileSync(join(hidden, file), files.get(`${name}/${file}`)!, { flush: true });
      rmSync(join(place, name), { recursive: true, force: true });
      renameSync(hidden, join(place, name));
    } finally {
      rmSync(hidden, { recursive: true, force: true });
    }
  }
}
