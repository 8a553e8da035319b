/** File names with places for values, as Keras writes them: `{epoch:02d}-{val_loss:.2f}.safetensors`. */
import { check, SluiceError } from "../../util/errors.js";

/** The parts of Python's format specification that make sense in a file name: `02d`, `3d`, `.2f`, `05.1f`, `.3e`. */
const PLACE = /\{([^{}:]*)(?::([^{}]*))?\}/g;
const SPECIFICATION = /^(0?)(\d*)(?:\.(\d{1,2}))?([dfe]?)$/;

/** Names of the values that the pattern holds. Raises an error for a specification that cannot be understood. */
export function placesOf(where: string, pattern: string): string[] {
  return [...pattern.matchAll(PLACE)].map(([place, name, specification = ""]) => {
    check(SPECIFICATION.test(specification), () => {
      return `${where}: in ${place}, expected a form such as {${name}:02d} or {${name}:.2f}`;
    });
    return name!;
  });
}

export function fillPlaces(where: string, pattern: string, values: Readonly<Record<string, number>>): string {
  return pattern.replace(PLACE, (place, name: string, specification = "") => {
    if (Object.hasOwn(values, name)) return format(values[name]!, specification);
    throw new SluiceError(`${where}: no value for ${place}; there are ${Object.keys(values).join(", ")}`);
  });
}

function format(value: number, specification: string): string {
  const [, zero, width, digits, type] = SPECIFICATION.exec(specification)!;
  const text = digitsOf(value, type!, digits === undefined ? undefined : Number(digits));
  return text.padStart(Number(width), zero ? "0" : " ");
}

function digitsOf(value: number, type: string, digits: number | undefined): string {
  if (type === "d") return String(Math.round(value));
  // Python writes exponents with two digits at least.
  if (type === "e") return value.toExponential(digits ?? 6).replace(/(?<=e[+-])\d$/, "0$&");
  return type === "f" || digits !== undefined ? value.toFixed(digits ?? 6) : String(value);
}
