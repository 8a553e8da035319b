import type { Answer } from "../task.js";

/** Raw samples in the order of their source. */
export interface Samples<X> {
  /** The file, for messages. */
  readonly source: string;
  readonly items: readonly X[];
  /** The label of each as it is written; null where there is none, or where labels were not asked for. */
  readonly labels: readonly (string | null)[];
  /** What tells samples apart in answers: the text, the id or the path. */
  readonly references: readonly Answer[];
  /** Where a sample stands, such as "line 12". */
  placeOf(i: number): string;
  /** Of recordings: samples a second. */
  readonly sampleRate?: number;
  /** Of sequences: what each step of sample i is called, such as its date. Default their numbers. */
  stepsOf?(i: number): readonly string[];
  /** Of sequences with times: whether these are dates. */
  readonly dated?: boolean;
  /** Of sequences: what the numbers of a step are called. */
  readonly features?: readonly string[];
}

/** The samples of these numbers, in this order. */
export function take<X>(samples: Samples<X>, rows: ArrayLike<number>): Samples<X> {
  const pick = <V>(values: readonly V[]) => Array.from(rows, (row) => values[row]!);
  return {
    ...samples,
    items: pick(samples.items),
    labels: pick(samples.labels),
    references: pick(samples.references),
    placeOf: (i) => samples.placeOf(rows[i]!),
    ...(samples.stepsOf && { stepsOf: (i) => samples.stepsOf!(rows[i]!) }),
  };
}

/**
 * Leaves out the samples without a label, or without content, and says so.
 * @param isEmpty whether there is nothing to read in a sample
 */
export function withoutGaps<X>(
  samples: Samples<X>,
  isEmpty: (item: X) => boolean,
  unlabelled: boolean,
  warn: (message: string) => void,
): Samples<X> {
  const all = samples.items.map((_, i) => i);
  const bare = unlabelled ? [] : all.filter((i) => samples.labels[i] === null);
  const empty = all.filter((i) => isEmpty(samples.items[i]!) && !bare.includes(i));
  for (const [rows, what] of [
    [bare, "label"],
    [empty, "content"],
  ] as const)
    // prettier-ignore
    if (rows.length > 0) warn(`${samples.source}: left out ${rows.length} without ${what}, first ${samples.placeOf(rows[0]!)}`);
  const gone = new Set([...bare, ...empty]);
  return gone.size > 0 ? take(samples, all.filter((i) => !gone.has(i))) : samples; // prettier-ignore
}
