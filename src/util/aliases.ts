/**
 * Users write one name in several ways: "binaryCrossentropy", Keras's "binary_crossentropy" and "BinaryCrossentropy", short
 * forms such as "bce". Gives the known spelling of a name or of the className in `{ className, config }`; what is not known
 * comes back unchanged, for the caller's error.
 */
export function canonical(
  value: unknown,
  known: readonly string[],
  aliases: Readonly<Record<string, string>>,
): unknown {
  if (typeof value === "string") {
    const wanted = plain(value);
    const found = known.find((name) => plain(name) === wanted);
    return found ?? (Object.hasOwn(aliases, wanted) ? aliases[wanted] : value);
  }
  if (typeof value !== "object" || value === null || !("className" in value)) return value;
  return { ...value, className: canonical(value.className, known, aliases) };
}

const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
