import { cleanText } from "./render.js";

/** Names as they can stand in a picture, no two alike: what would be the same as an earlier one gets a number. */
export function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const clean = cleanText(name).trim() || "(empty)";
    let own = clean;
    for (let i = 2; taken.has(own); i++) own = `${clean} (${i})`;
    taken.add(own);
    return own;
  });
}
