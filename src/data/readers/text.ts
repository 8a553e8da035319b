import { decodeText } from "./decode.js";
import { textLines, type Line } from "./lines.js";
import { openSource, type ByteSource } from "./source.js";
import { checkOptions } from "../../util/checks.js";

export interface TextOptions {
  /** Any label that TextDecoder knows. Default UTF-8, or UTF-16 where the text begins with its byte-order mark. */
  encoding?: string;
  /** What messages call the source when it is no path. Default "bytes" or the file's own name. */
  name?: string;
}

/**
 * A plain text, also packed by gzip, without its byte-order mark. Line breaks stay as they are.
 * @throws SluiceError where the bytes are not of that encoding, with offset and line
 */
export async function readText(source: ByteSource, options: TextOptions = {}): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of openText("readText", source, options)) pieces.push(piece);
  return pieces.join("");
}

/** The lines of a plain text one after another, without their breaks (\n, \r\n or \r), each with its number from 1. */
export function readLines(source: ByteSource, options: TextOptions = {}): AsyncIterable<Line> {
  return textLines(openText("readLines", source, options));
}

function openText(where: string, source: ByteSource, options: TextOptions): AsyncIterable<string> {
  checkOptions(where, options, ["encoding", "name"]);
  const { name, bytes } = openSource(where, source, options.name);
  return decodeText(where, name, bytes(), options.encoding);
}
