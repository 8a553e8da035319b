import { check, SluiceError } from "../../util/errors.js";
import { checkReadable } from "../readers/confined.js";
import { openSource } from "../readers/source.js";
import { wholeOf } from "./read-wav.js";
import { readWavHeader, type WavHeader } from "./wav-header.js";

/** A header is found in the first 44 bytes of most files, and rarely after a picture of some kB. */
const BEGINNING = 1 << 16;

/** Reads where the samples of a file stand, and no more of a large file than its beginning, unless it is packed. */
export async function readClipHeader(where: string, path: string, name: string): Promise<WavHeader> {
  checkReadable(path);
  const { open } = await import("node:fs/promises");
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : error.message;
    throw new SluiceError(`${where}: cannot read ${name}: ${reason}`, { cause: error });
  });
  try {
    const status = await file.stat();
    check(status.isFile(), () => `${where}: ${name} is no file; expected a WAV file`);
    const { buffer, bytesRead } = await file.read(new Uint8Array(Math.min(BEGINNING, status.size)), 0);
    const packed = buffer[0] === 0x1f && buffer[1] === 0x8b;
    const header = packed ? undefined : readWavHeader(where, name, buffer.subarray(0, bytesRead), status.size);
    if (header !== undefined) return header;
  } finally {
    await file.close();
  }
  const whole = await wholeOf(openSource(where, path, name));
  return readWavHeader(where, name, whole, whole.length)!;
}
