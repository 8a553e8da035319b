/** The twin of files-node.ts where there is no file system: reading is fetching, and writing is left to the page. */
import { SluiceError } from "../util/errors.js";

export async function readFile(source: string | URL): Promise<Uint8Array> {
  const response = await fetch(source).catch((error: Error) => {
    throw new SluiceError(`cannot fetch ${String(source)}: ${error.message}`, { cause: error });
  });
  if (!response.ok) throw new SluiceError(`cannot fetch ${String(source)}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

export function writeFile(path: string, _bytes: Uint8Array): Promise<void> {
  return Promise.reject(
    new SluiceError(`cannot write ${path}: a page has no files; offer model.toBytes() as a download`),
  );
}

export function appendFile(path: string, _bytes: Uint8Array): Promise<void> {
  return Promise.reject(new SluiceError(`cannot write ${path}: a page has no files`));
}

export const makeFolder = (path: string): Promise<void> => appendFile(path, new Uint8Array(0));
