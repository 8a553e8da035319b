import { check, show, SluiceError } from "../../util/errors.js";

/** Encodings that files in the wild have instead of UTF-8, those first that refuse most texts of the others. */
const LIKELY = ["gb18030", "big5", "shift_jis", "euc-kr", "windows-1252"] as const;

/**
 * Bytes as pieces of text, without a byte-order mark.
 * @param encoding default UTF-8, or UTF-16 where a byte-order mark says so
 * @throws SluiceError with offset and line where bytes are not of that encoding, and the encodings in which they would be text
 */
export async function* decodeText(
  where: string,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  encoding?: string,
): AsyncGenerator<string> {
  let decoder: Decoder | undefined;
  for await (const block of bytes) {
    decoder ??= new Decoder(where, name, encoding ?? markedEncoding(block));
    const text = decoder.decode(block);
    if (text.length > 0) yield text;
  }
  const rest = decoder?.end() ?? "";
  if (rest.length > 0) yield rest;
}

function markedEncoding(first: Uint8Array): string {
  if (first[0] === 0xff && first[1] === 0xfe) return "utf-16le";
  return first[0] === 0xfe && first[1] === 0xff ? "utf-16be" : "utf-8";
}

function decoderOf(where: string, encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    const example = `one that TextDecoder knows, such as "utf-8", "gb18030" or "windows-1252"`;
    throw new SluiceError(`${where}: encoding must be ${example}, got ${show(encoding)}`, { cause: error });
  }
}

class Decoder {
  readonly #where: string;
  readonly #name: string;
  readonly #decoder: TextDecoder;
  #offset = 0;
  #line = 1;
  /** The block before this one: a character may stand across both. */
  #before = new Uint8Array(0);

  constructor(where: string, name: string, encoding: string) {
    this.#where = where;
    this.#name = name;
    this.#decoder = decoderOf(where, encoding);
  }

  decode(block: Uint8Array): string {
    const text = this.#attempt(() => this.#decoder.decode(block, { stream: true }), block);
    // UTF-16 that is read as UTF-8 is valid: every second character is then U+0000.
    const zero = this.#decoder.encoding === "utf-8" && this.#offset === 0 ? text.indexOf("\0") : -1;
    check(zero === -1, () => {
      return `${this.#where}: ${this.#name} holds zero bytes: it is UTF-16 (give encoding: "utf-16le") or no text`;
    });
    this.#offset += block.length;
    this.#before = new Uint8Array(block);
    for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) this.#line++;
    return text;
  }

  end(): string {
    return this.#attempt(() => this.#decoder.decode(), new Uint8Array(0));
  }

  #attempt(decode: () => string, block: Uint8Array): string {
    try {
      return decode();
    } catch (error) {
      throw new SluiceError(this.#failure(block), { cause: error });
    }
  }

  #failure(block: Uint8Array): string {
    const { encoding } = this.#decoder;
    const bytes = new Uint8Array([...this.#before.slice(-3), ...block]);
    const at = encoding === "utf-8" ? invalidAt(bytes) : -1;
    const what = `${this.#where}: ${this.#name} is not ${encoding}`;
    if (at === -1) return `${what}; the first wrong byte is after offset ${this.#offset}, line ${this.#line} or later`;
    const offset = this.#offset - Math.min(3, this.#before.length) + at;
    let line = this.#line;
    for (const byte of block.subarray(0, Math.max(0, offset - this.#offset))) if (byte === 10) line++;
    const fits = LIKELY.filter((label) => decodes(label, bytes.subarray(at)));
    const hint = fits.length > 0 ? `; it could be ${fits.join(", ")}: give encoding` : "";
    const byte = bytes[at];
    const found = byte === undefined ? "it ends within a character" : `byte 0x${byte.toString(16)}`;
    return `${what}: ${found} at offset ${offset}, line ${line}${hint}`;
  }
}

/** Where UTF-8 ends to be valid (Unicode 15, table 3-7); the length where it is cut within a character. */
function invalidAt(bytes: Uint8Array): number {
  let i = 0;
  // The first bytes may be the end of a character that began before them.
  while (i < 3 && (bytes[i]! & 0xc0) === 0x80) i++;
  while (i < bytes.length) {
    const length = sequenceLength(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return bytes.length;
}

function sequenceLength(bytes: Uint8Array, i: number): number {
  const lead = bytes[i]!;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  const second = bytes[i + 1] ?? 0x80;
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return 0;
  for (let k = 1; k < length; k++) if (((bytes[i + k] ?? 0x80) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Whether the bytes up to the last line break are text in that encoding. */
function decodes(label: string, bytes: Uint8Array): boolean {
  const end = bytes.lastIndexOf(10);
  try {
    new TextDecoder(label, { fatal: true }).decode(end === -1 ? bytes : bytes.subarray(0, end));
    return true;
  } catch {
    return false;
  }
}
