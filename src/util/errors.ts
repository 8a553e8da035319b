/** Every error that the library raises on purpose: what was being done, what was expected, and what came. */
export class SluiceError extends Error {
  override readonly name = "SluiceError";
}

/** Raises a {@link SluiceError} unless the condition holds; the message is only built when it does not. */
export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new SluiceError(message());
}

/** Shows a value in an error message: short, on one line, and never the whole of a large array. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of length ${(value as Float32Array).length}`;
  if (Array.isArray(value))
    return value.length > 8 ? `array of length ${value.length}` : `[${value.map(show).join(", ")}]`;
  if (value !== null && typeof value === "object") {
    const name = value.constructor?.name ?? "object";
    return name === "Object" ? `{ ${Object.keys(value).slice(0, 6).join(", ")} }` : `a ${name}`;
  }
  return String(value);
}
