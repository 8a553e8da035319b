import { check } from "../../util/errors.js";

const MAGIC = 0x184d2204;
/** Flags of the frame descriptor. */
const CONTENT_SIZE = 8;
const BLOCK_CHECKSUM = 16;
const DICTIONARY = 1;

/**
 * Unpacks an LZ4 frame (lz4_Frame_format.md 1.6.4), as Arrow files and pandas' feather files have them: the packages at hand
 * only know its blocks, which may refer to the blocks before. Checksums are not compared, as Arrow's own reader compares none.
 */
export function unpackLz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  check(bytes.length > 7 && view.getUint32(0, true) === MAGIC, () => "an LZ4 frame does not begin as one");
  const flags = bytes[4]!;
  check((flags & DICTIONARY) === 0, () => "an LZ4 frame needs a dictionary");
  let at = 7 + (flags & CONTENT_SIZE ? 8 : 0);
  const out = new Output(flags & CONTENT_SIZE ? Number(view.getBigUint64(6, true)) : bytes.length * 4);
  for (;;) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return out.bytes();
    const size = word & 0x7fffffff;
    check(at + size <= bytes.length, () => "an LZ4 block is truncated");
    const block = bytes.subarray(at, at + size);
    if (word >>> 31 === 1) out.append(block);
    else unpackBlock(block, out);
    at += size + (flags & BLOCK_CHECKSUM ? 4 : 0);
  }
}

function unpackBlock(block: Uint8Array, out: Output): void {
  let i = 0;
  const length = (start: number) => {
    let sum = start;
    if (start === 15)
      for (let byte = 255; byte === 255;) {
        byte = block[i++] ?? 0;
        sum += byte;
      }
    return sum;
  };
  while (i < block.length) {
    const token = block[i++]!;
    const literals = length(token >> 4);
    check(i + literals <= block.length, () => "an LZ4 block is truncated");
    out.append(block.subarray(i, i + literals));
    i += literals;
    // The last sequence has no match.
    if (i >= block.length) return;
    const offset = block[i]! | (block[i + 1]! << 8);
    i += 2;
    out.repeat(offset, length(token & 15) + 4);
  }
}

class Output {
  #bytes: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(Math.max(64, size));
  }

  append(part: Uint8Array): void {
    this.#reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  /** Copies what stands `offset` bytes before, which may overlap with what is written. */
  repeat(offset: number, count: number): void {
    check(offset > 0 && offset <= this.#length, () => "an LZ4 block refers to bytes before its beginning");
    this.#reserve(count);
    const bytes = this.#bytes;
    for (let to = this.#length, end = to + count; to < end; to++) bytes[to] = bytes[to - offset]!;
    this.#length += count;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
