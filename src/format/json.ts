/**
 * JSON (RFC 8259) from files that may be foreign, stricter than JSON.parse: a name that occurs twice in one object is an error,
 * and so are the names through which assigning reaches prototypes, and nesting beyond 64 levels.
 */
import { check, SluiceError, show } from "../util/errors.js";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const FORBIDDEN = ["__proto__", "constructor", "prototype"];
const DEEPEST = 64;
const COLON = /\s*:/y;

/** Whether a name may be used as a key at all. */
export function isForbiddenKey(name: string): boolean {
  return FORBIDDEN.includes(name);
}

/** Parses one JSON value; errors open with `where` and tell the character. */
export function parseJson(text: string, where: string): Json {
  try {
    const value = JSON.parse(text) as Json;
    checkNames(text);
    return value;
  } catch (cause) {
    throw new SluiceError(`${where}: JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The text is valid JSON: brackets outside of strings nest, and a string before a colon is a name. */
function checkNames(text: string): void {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "{" || character === "[") {
      open.push(new Set());
      check(open.length <= DEEPEST, () => `nested deeper than ${DEEPEST} levels, at character ${at}`);
    } else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = closingQuote(text, at);
      COLON.lastIndex = end + 1;
      if (COLON.test(text)) checkName(text, at, end, open.at(-1)!);
      at = end;
    }
  }
}

function checkName(text: string, at: number, end: number, names: Set<string>): void {
  const name = JSON.parse(text.slice(at, end + 1)) as string;
  check(!isForbiddenKey(name), () => `the name ${show(name)} is not allowed, at character ${at}`);
  check(!names.has(name), () => `the name ${show(name)} occurs twice, at character ${at}`);
  names.add(name);
}

/** The next quote with an even number of backslashes before it. */
function closingQuote(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text[first - 1] === "\\") first--;
    if ((end - first) % 2 === 0) return end;
  }
}
