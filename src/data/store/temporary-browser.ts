/** The twin of temporary-node.ts in browsers. */
import { SluiceError } from "../../util/errors.js";

export interface TemporaryFile {
  append(bytes: Uint8Array): void;
  read(into: Uint8Array, position: number): void;
  close(): void;
}

export function temporaryFile(where: string, _folder?: string): TemporaryFile {
  throw new SluiceError(`${where}: a page has no temporary files; use readTable`);
}
