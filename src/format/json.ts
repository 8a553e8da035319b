/**
 * JSON (RFC 8259) from files that may be foreign, stricter than JSON.parse: a name that occurs twice in one object is an error,
 * and so are the names through which assigning reaches prototypes, and nesting beyond 64 levels.
 */
import { SluiceError, show } from "../util/errors.js";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const FORBIDDEN = ["__proto__", "constructor", "prototype"];
const DEEPEST = 64;

/** Whether a name may be used as a key at all. */
export function isForbiddenKey(name: string): boolean {
  return FORBIDDEN.includes(name);
}

/** Parses one JSON value; errors open with `where` and tell the path and the character. */
export function parseJson(text: string, where: string): Json {
  return new Parser(text, where).document();
}

class Parser {
  #at = 0;
  readonly #path: string[] = [];

  constructor(
    private readonly text: string,
    private readonly where: string,
  ) {}

  document(): Json {
    const value = this.#value();
    this.#space();
    if (this.#at < this.text.length) this.#fail("expected the end");
    return value;
  }

  #value(): Json {
    this.#space();
    switch (this.text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(): Json {
    const object: { [name: string]: Json } = {};
    this.#items("}", () => {
      this.#space();
      if (this.text[this.#at] !== '"') this.#fail("expected a name in quotes");
      const name = this.#string();
      if (isForbiddenKey(name)) this.#fail(`the name ${show(name)} is not allowed`);
      if (Object.hasOwn(object, name)) this.#fail(`the name ${show(name)} occurs twice`);
      this.#space();
      this.#take(":");
      this.#path.push(name);
      object[name] = this.#value();
      this.#path.pop();
    });
    return object;
  }

  #array(): Json {
    const array: Json[] = [];
    this.#items("]", () => {
      this.#path.push(String(array.length));
      array.push(this.#value());
      this.#path.pop();
    });
    return array;
  }

  /** What objects and arrays share: the opening bracket, items with commas between them, the closing bracket. */
  #items(close: string, item: () => void): void {
    if (this.#path.length >= DEEPEST) this.#fail(`nested deeper than ${DEEPEST} levels`);
    this.#at++;
    this.#space();
    if (this.text[this.#at] !== close) {
      item();
      for (this.#space(); this.text[this.#at] === ","; this.#space()) {
        this.#at++;
        item();
      }
    }
    this.#take(close);
  }

  #string(): string {
    let end = this.#at;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.#fail("a string without its closing quote");
    } while (this.#isEscaped(end));
    try {
      // JSON.parse knows the escapes, and which characters must be escaped
      const value = JSON.parse(this.text.slice(this.#at, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      return this.#fail("a string with a wrong escape or a control character");
    }
  }

  /** Whether an odd number of backslashes stands before a character. */
  #isEscaped(at: number): boolean {
    let first = at;
    while (this.text[first - 1] === "\\") first--;
    return (at - first) % 2 === 1;
  }

  #number(): number {
    const literal = match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, this.text, this.#at);
    if (literal === undefined) this.#fail("expected a value");
    this.#at += literal.length;
    return Number(literal);
  }

  #word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#at)) this.#fail("expected a value");
    this.#at += word.length;
    return value;
  }

  #space(): void {
    this.#at += match(/[ \t\n\r]*/y, this.text, this.#at)!.length;
  }

  #take(character: string): void {
    if (this.text[this.#at] !== character) this.#fail(`expected ${show(character)}`);
    this.#at++;
  }

  #fail(problem: string): never {
    const place = this.#path.length > 0 ? ` in ${show(this.#path.join("."))}` : "";
    const found =
      this.#at < this.text.length ? `before ${show(this.text.slice(this.#at, this.#at + 12))}` : "at the end";
    throw new SluiceError(`${this.where}: JSON${place}: ${problem}, at character ${this.#at}, ${found}`);
  }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
