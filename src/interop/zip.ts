/** Zip files (PKWARE APPNOTE 6.3) that are trusted in nothing: sizes are checked before anything is unpacked. */
import { unzipSync } from "fflate";
import { check, SluiceError } from "../util/errors.js";
import { LIMITS } from "./limits.js";

/**
 * The entries of a zip file that `wanted` picks, unpacked.
 * @param where what errors call the file
 * @throws SluiceError for what is no zip file, is cut off, or would unpack to more than the limits allow
 */
export function readZip(
  bytes: Uint8Array,
  where: string,
  wanted: (name: string) => boolean = () => true,
): Map<string, Uint8Array> {
  let total = 0;
  let entries = 0;
  const filter = ({ name, size, originalSize }: { name: string; size: number; originalSize: number }) => {
    check(++entries <= LIMITS.zipEntries, () => `${where}: more than ${LIMITS.zipEntries} entries`);
    if (!wanted(name)) return false;
    total += originalSize;
    const fits = originalSize <= LIMITS.zipSmall || originalSize <= size * LIMITS.zipRatio;
    check(fits && total <= LIMITS.unpackedBytes, () => {
      return `${where}: entry "${name}" would unpack from ${size} to ${originalSize} bytes; refused as a zip bomb`;
    });
    return true;
  };
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    throw new SluiceError(`${where}: no zip file, or cut off: ${(cause as Error).message}`, { cause });
  }
}
