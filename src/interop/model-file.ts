import { readFile } from "#files";
import { check, show } from "../util/errors.js";

/** A file that was read: its bytes, and what errors call it. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly name: string;
}

/** A path (Node), a URL, or the file's bytes. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer;

export async function openModelFile(where: string, source: ModelSource): Promise<ModelFile> {
  if (typeof source === "string") return { bytes: await readFile(source), name: source };
  if (source instanceof URL) return { bytes: await readFile(source), name: source.href };
  check(source instanceof Uint8Array || source instanceof ArrayBuffer, () => {
    return `${where}: expected a path, a URL or bytes, got ${show(source)}`;
  });
  return { bytes: source instanceof Uint8Array ? source : new Uint8Array(source), name: `${where}: bytes` };
}
