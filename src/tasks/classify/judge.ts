import { verdictOf, type Entry, type Evaluation } from "../../runs/evaluation.js";
import type { Labels } from "./labels.js";
import type { Rival } from "./rivals.js";
import { picturesOf, scores, type Truth } from "./scores.js";

const JUDGE = { name: "accuracy", mode: "max" } as const;

/** The network beside its rivals on the same samples. */
export function judge<X>(
  given: { readonly items: readonly X[]; readonly truth: Truth; readonly of: string; readonly part: string },
  labels: Labels,
  network: Float64Array,
  rivals: readonly Rival<X>[],
): Evaluation {
  const { items, truth, of, part } = given;
  const classes = labels.classes.map(String);
  const multiLabel = labels.separator !== null;
  const own = scores(truth, network, { multiLabel, classes, perClass: true, probabilities: true });
  const others = rivals.map(({ name, kind, probabilities, predict }): Entry => {
    return {
      name,
      kind,
      values: scores(truth, predict(items), { multiLabel, classes, perClass: false, probabilities }),
    };
  });
  const entries: Entry[] = [{ name: "network", kind: "network", values: own }, ...others];
  const verdict = verdictOf(JUDGE, entries);
  return {
    count: items.length,
    of,
    part,
    judge: JUDGE,
    entries,
    verdict,
    pictures: picturesOf(truth, network, classes, multiLabel),
  };
}
