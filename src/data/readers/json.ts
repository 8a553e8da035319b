import { check, show, SluiceError } from "../../util/errors.js";
import type { Piece } from "./cells.js";
import { decodeText } from "./decode.js";
import { jsonRules } from "./json-cells.js";
import { Collector, isObject, openRows, PIECE } from "./rows.js";
import { textLines } from "./lines.js";
import type { ReadOptions } from "./options.js";
import type { PieceSource } from "./pieces.js";
import type { OpenSource, Rows } from "./source.js";

/** JSON lines (jsonlines.org): one object on each line; blank lines are left out. */
export function openJsonLines(where: string, source: OpenSource, options: ReadOptions): PieceSource {
  const { name } = source;
  const rules = jsonRules(where, name, "line", options);
  const pieces = async function* (): AsyncGenerator<Piece> {
    const collector = new Collector();
    for await (const { text, line } of textLines(decodeText(where, name, source.bytes(), options.encoding))) {
      if (text.trim() === "") continue;
      collector.add(parseObject(text, `${where}: ${name}, line ${line}`), line);
      if (collector.size === PIECE) yield collector.take();
    }
    if (collector.size > 0) yield collector.take();
  };
  return { rules, names: [], pieces };
}

function parseObject(text: string, place: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SluiceError(`${place}: ${(error as Error).message}`, { cause: error });
  }
  check(isObject(value), () => `${place}: expected an object such as {"a": 1}, got ${show(value)}`);
  return value;
}

/** A JSON file that holds a list of objects. It is read whole: JSON lines are for the large ones. */
export async function openJson(where: string, source: OpenSource, options: ReadOptions): Promise<PieceSource> {
  const { name } = source;
  const texts: string[] = [];
  for await (const text of decodeText(where, name, source.bytes(), options.encoding)) texts.push(text);
  let rows: unknown;
  try {
    rows = JSON.parse(texts.join(""));
  } catch (error) {
    throw new SluiceError(`${where}: ${name}: ${(error as Error).message}`, { cause: error });
  }
  const fits = Array.isArray(rows) && rows.every(isObject);
  check(fits, () => `${where}: ${name} must hold a list of objects, got ${show(rows)}`);
  return openRows(where, rows as Rows, options, name);
}
