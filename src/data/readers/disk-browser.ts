/** The twin of disk-node.ts in browsers: a path is an address to fetch. */
import { SluiceError } from "../../util/errors.js";
import { streamOf } from "./streams.js";

export const nameOfPath = (path: string | URL): string =>
  String(path)
    .replace(/[?#].*$/, "")
    .replace(/^.*\//, "");

export async function* readBlocks(where: string, path: string | URL): AsyncGenerator<Uint8Array> {
  const response = await fetch(path).catch((error: Error) => {
    throw new SluiceError(`${where}: cannot fetch ${String(path)}: ${error.message}`, { cause: error });
  });
  if (!response.ok || !response.body)
    throw new SluiceError(`${where}: cannot fetch ${String(path)}: status ${response.status}`);
  yield* streamOf(response.body);
}
