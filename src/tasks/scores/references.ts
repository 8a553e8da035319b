import { check, show } from "../../util/errors.js";

/** For each hypothesis what it should have been: one text, or several that are all right. */
export type References = readonly (string | readonly string[])[];

/** As lists of at least one text each. */
export function checkReferences(
  where: string,
  references: References,
  hypotheses: readonly string[],
): readonly (readonly string[])[] {
  check(references.length === hypotheses.length && hypotheses.length > 0, () => {
    return `${where}: expected a reference for each hypothesis, and at least one, got ${references.length} and ${hypotheses.length}`;
  });
  return references.map((reference, i) => {
    const list = typeof reference === "string" ? [reference] : reference;
    check(Array.isArray(list) && list.length > 0 && list.every((text) => typeof text === "string"), () => {
      return `${where}: reference ${i} must be a text or a list of texts, got ${show(reference)}`;
    });
    return list as readonly string[];
  });
}
