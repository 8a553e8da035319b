import { check } from "../../util/errors.js";
import { editDistance } from "./edit-distance.js";

/**
 * Σ edit distances / Σ lengths of the references, over all pairs: 0 for none wrong, above 1 where a hypothesis is much too long.
 * It is no mean of the pairs' rates: a long text counts as much as its length.
 * @throws SluiceError where there are not as many hypotheses as references, or all references are empty
 */
export function errorRate<T>(references: readonly ArrayLike<T>[], hypotheses: readonly ArrayLike<T>[]): number {
  check(references.length === hypotheses.length, () => {
    return `error rate: there are ${references.length} references and ${hypotheses.length} hypotheses`;
  });
  const length = references.reduce((sum, reference) => sum + reference.length, 0);
  check(
    length > 0,
    () => `error rate: all ${references.length} references are empty, so there is nothing to be right about`,
  );
  const wrong = references.reduce((sum, reference, i) => sum + editDistance(reference, hypotheses[i]!), 0);
  return wrong / length;
}

/** Words are what stands between white space. */
export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

/** Code points, blanks among them; those around the text are left out. */
export function charactersOf(text: string): string[] {
  return [...text.trim()];
}

/** Word error rate of texts: {@link errorRate} of their words. */
export function wordErrorRate(references: readonly string[], hypotheses: readonly string[]): number {
  return errorRate(references.map(wordsOf), hypotheses.map(wordsOf));
}

/** Character error rate of texts: {@link errorRate} of their characters. */
export function characterErrorRate(references: readonly string[], hypotheses: readonly string[]): number {
  return errorRate(references.map(charactersOf), hypotheses.map(charactersOf));
}
