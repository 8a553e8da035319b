/** JSON of a foreign file, read field by field: what is of another type than expected is an error that names the place. */
import type { Json } from "../../format/json.js";
import { check, show, SluiceError } from "../../util/errors.js";

type Fallback<T> = T | undefined;

export class Fields {
  readonly #values: { [name: string]: Json };

  /** @param where what errors call the object */
  constructor(
    value: Json | undefined,
    readonly where: string,
  ) {
    check(typeof value === "object" && value !== null && !Array.isArray(value), () => {
      return `${where}: expected an object, got ${show(value)}`;
    });
    this.#values = value;
  }

  get value(): Json {
    return this.#values;
  }

  get keys(): string[] {
    return Object.keys(this.#values);
  }

  /** The value, or undefined where there is none. */
  get(name: string): Json | undefined {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  text(name: string, fallback?: Fallback<string>): string {
    return this.#typed(name, "a text", fallback, (value) => typeof value === "string");
  }

  number(name: string, fallback?: Fallback<number>): number {
    return this.#typed(name, "a number", fallback, (value) => typeof value === "number");
  }

  flag(name: string, fallback?: Fallback<boolean>): boolean {
    return this.#typed(name, "true or false", fallback, (value) => typeof value === "boolean");
  }

  list(name: string, fallback?: Fallback<Json[]>): Json[] {
    return this.#typed(name, "a list", fallback, Array.isArray);
  }

  object(name: string): Fields {
    return new Fields(this.get(name), `${this.where}: ${name}`);
  }

  /** A shape without its first axis, the batch; null is any size. */
  sampleShape(name: string): (number | null)[] {
    return shapeOf(this.get(name), `${this.where}: ${name}`).slice(1);
  }

  /** One number that Keras writes as a list of one. */
  single(name: string, fallback?: Fallback<number>): number {
    const value = this.get(name);
    if (Array.isArray(value) && value.length === 1 && typeof value[0] === "number") return value[0];
    return this.number(name, fallback);
  }

  fail(problem: string): never {
    throw new SluiceError(`${this.where}: ${problem}`);
  }

  #typed<T>(name: string, what: string, fallback: Fallback<T>, fits: (value: Json) => boolean): T {
    const value = this.get(name);
    if ((value === undefined || value === null) && fallback !== undefined) return fallback;
    check(value !== undefined && fits(value), () => `${this.where}: ${name} must be ${what}, got ${show(value)}`);
    return value as T;
  }
}

export function shapeOf(value: Json | undefined, where: string): (number | null)[] {
  const fits = Array.isArray(value) && value.every((n) => n === null || (Number.isInteger(n) && (n as number) >= 0));
  check(fits, () => `${where}: expected a shape, such as [null, 10], got ${show(value)}`);
  return value as (number | null)[];
}

/** kernel_initializer → kernelInitializer */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
