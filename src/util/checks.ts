import { check, show, SluiceError } from "./errors.js";

/** Raises an error that names every option that is not in `known`, with the nearest known name as a hint. */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const hint = nearest(key, known);
    const tail = hint ? `; did you mean ${show(hint)}?` : `; known options: ${known.join(", ")}`;
    throw new SluiceError(`${where}: unknown option ${show(key)}${tail}`);
  }
}

/** Raises an error unless `value` is one of `choices`. */
export function checkChoice<T extends string>(where: string, name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  const hint = typeof value === "string" ? nearest(value, choices) : undefined;
  const tail = hint ? `; did you mean ${show(hint)}?` : "";
  throw new SluiceError(`${where}: ${name} must be one of ${choices.join(", ")}, got ${show(value)}${tail}`);
}

/** Raises an error unless `value` is a whole number of at least `least`. */
export function checkCount(where: string, name: string, value: unknown, least = 1): number {
  check(Number.isInteger(value) && (value as number) >= least, () => {
    return `${where}: ${name} must be a whole number of at least ${least}, got ${show(value)}`;
  });
  return value as number;
}

/** Raises an error unless `value` is a finite number within [low, high]. */
export function checkRange(where: string, name: string, value: unknown, low = -Infinity, high = Infinity): number {
  const fits = typeof value === "number" && Number.isFinite(value) && value >= low && value <= high;
  const range = high === Infinity ? (low === -Infinity ? "finite" : `of at least ${low}`) : `from ${low} to ${high}`;
  check(fits, () => `${where}: ${name} must be a number ${range}, got ${show(value)}`);
  return value as number;
}

/** The known name within an edit distance of a third of its length, ignoring case and underscores; else undefined. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (s: string) => s.toLowerCase().replaceAll("_", "");
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best !== undefined && bestDistance <= Math.max(1, best.length / 3) ? best : undefined;
}

/** Levenshtein distance in which two neighbours that changed places count once (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
