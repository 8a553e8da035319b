/** Tensors of more than 2 GB are kept in files beside the model (docs/ExternalData.md of ONNX). */
import { readFile } from "#files";
import { check, show } from "../../util/errors.js";
import type { TensorProto } from "./messages.js";

const EXTERNAL = 1;

/** Reads the files that tensors point to, each once. */
export class ExternalFiles {
  readonly #files = new Map<string, Promise<Uint8Array>>();

  /** @param base path or URL of the model; null for a model from bytes, beside which there are no files */
  constructor(readonly base: string | URL | null) {}

  /** The tensor's bytes, or undefined when they are in the model itself. */
  async read(proto: TensorProto, where: string): Promise<Uint8Array | undefined> {
    if (proto.data_location !== EXTERNAL) {
      check((proto.external_data ?? []).length === 0, () => `${where}: has external_data, but says that it has none`);
      return undefined;
    }
    const entries = new Map((proto.external_data ?? []).map(({ key, value }) => [key, value ?? ""]));
    const location = entries.get("location") ?? "";
    const offset = byteCount(entries.get("offset"), "offset", where) ?? 0;
    const length = byteCount(entries.get("length"), "length", where);
    const bytes = await this.#open(location, where);
    const end = length === undefined ? bytes.length : offset + length;
    check(offset <= end && end <= bytes.length, () => {
      return `${where}: bytes ${offset} to ${end} of ${show(location)}, which has ${bytes.length}`;
    });
    return bytes.subarray(offset, end);
  }

  #open(location: string, where: string): Promise<Uint8Array> {
    const parts = location.split(/[\\/]/);
    const inside = parts.every((part) => part !== "" && part !== "." && part !== "..") && !location.includes(":");
    check(inside && !location.includes("\0") && !location.includes("%"), () => {
      return `${where}: refused: its data is in ${show(location)}, which is not a path within the model's folder`;
    });
    const { base } = this;
    check(base !== null, () => {
      return `${where}: its data is in the file ${show(location)}; give fromOnnx the model's path or URL instead of bytes`;
    });
    if (!this.#files.has(location)) {
      const source = base instanceof URL ? new URL(location, base) : base.replace(/[^\\/]*$/, "") + location;
      this.#files.set(location, readFile(source));
    }
    return this.#files.get(location)!;
  }
}

function byteCount(text: string | undefined, what: string, where: string): number | undefined {
  if (text === undefined) return undefined;
  const n = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  check(!Number.isNaN(n), () => `${where}: external ${what} ${show(text)}`);
  return n;
}
