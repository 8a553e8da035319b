/** What the network is measured against. */
import { resampled } from "../classify/sequence.js";
import { nearestRows } from "../baselines/nearest.js";
import { MOST_NUMBERS } from "../baselines/saved.js";
import { check, show } from "../../util/errors.js";
import { errorRate } from "../scores/error-rates.js";
import { fitSplit, reviveSplit } from "./split-rival.js";
import type { Frames } from "./frames.js";
import type { Spoken } from "./batches.js";

export interface Rival {
  readonly name: string;
  readonly kind: "trivial" | "simple";
  /** Texts by class. */
  predict(frames: readonly Frames[]): number[][];
  /** As plain JSON; null where it is too large for a model file. */
  saved(): SavedRival | null;
}

export interface SavedRival {
  readonly kind: "always" | "nearest" | "split";
  readonly [name: string]: unknown;
}

/** Steps to which clips are brought for the nearest clip. */
const STEPS = 24;

/** Always the most frequent text of the training part; of equally frequent ones the first. */
export function always(texts: readonly (readonly number[])[]): Rival {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text.join(), (counts.get(text.join()) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return alwaysText(texts.find((text) => counts.get(text.join()) === most)!);
}

function alwaysText(text: readonly number[]): Rival {
  return {
    name: "the most frequent text",
    kind: "trivial",
    predict: (frames) => frames.map(() => [...text]),
    saved: () => ({ kind: "always", text }),
  };
}

/** The text of the training clip that is nearest when both are brought to 24 steps: right where whole texts come again. */
function nearest(rows: readonly ArrayLike<number>[], texts: readonly (readonly number[])[]): Rival {
  return {
    name: "the text of the nearest clip",
    kind: "simple",
    predict(frames) {
      const at = nearestRows(rows, frames.map(rowOf)); // prettier-ignore
      return Array.from(at, (i) => [...texts[i]!]);
    },
    saved() {
      const size = rows.length * (rows[0]?.length ?? 0);
      return size > MOST_NUMBERS ? null : { kind: "nearest", rows: rows.map((row) => Array.from(row)), texts };
    },
  };
}

const rowOf = ({ values, length, bands }: Frames) => resampled({ values, length, D: bands }, STEPS);

/**
 * The simple baselines, of which the validation part chooses one: the nearest clip; and where pauses split clips into as many pieces as
 * their texts have symbols, a logistic regression that knows pieces by themselves.
 */
export function simpleRival({ frames, classes }: Spoken, validation: Spoken, K: number): Rival {
  const split = fitSplit({ frames, classes }, K);
  const candidates = [nearest(frames.map(rowOf), classes), ...(split ? [split] : [])];
  const rates = candidates.map((rival) => errorRate(validation.classes, rival.predict(validation.frames)));
  return candidates[rates.indexOf(Math.min(...rates))]!;
}

export function reviveRival(saved: unknown, K: number): Rival {
  const { kind, text, rows, texts } = (saved ?? {}) as { [name in "kind" | "text" | "rows" | "texts"]?: unknown };
  const isText = (value: unknown): value is number[] =>
    Array.isArray(value) && value.every((k) => Number.isInteger(k) && k > 0 && k < K);
  if (kind === "always" && isText(text)) return alwaysText(text);
  if (kind === "split") return reviveSplit(saved, K);
  const fits =
    kind === "nearest" &&
    Array.isArray(rows) &&
    Array.isArray(texts) &&
    rows.length === texts.length &&
    rows.every((row) => Array.isArray(row) && row.every(Number.isFinite)) &&
    texts.every(isText);
  check(fits, () => `transcribe: the saved baseline must be one of always, nearest and split, got ${show(saved)}`);
  return nearest(rows as number[][], texts as number[][]);
}
