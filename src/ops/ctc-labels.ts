/** The texts of CTC: rows of labels with padding after their end. */
import type { Tensor } from "../tensor/tensor.js";
import { check, show } from "../util/errors.js";

export interface TextForm {
  /** Classes, the blank among them. */
  readonly K: number;
  readonly blank: number;
  /** Labels of the text, where the padding does not say it. */
  readonly length?: number | undefined;
}

/** The blank's class; negative numbers count from the end. */
export function blankOf(where: string, blank: number, K: number): number {
  const at = blank < 0 ? blank + K : blank;
  check(Number.isInteger(blank) && at >= 0 && at < K, () => {
    return `${where}: blank must be a class of 0 to ${K - 1}, or -${K} to -1 from the end, got ${show(blank)}`;
  });
  return at;
}

/** @throws SluiceError that names sample and place of a label that is none, or stands after the end of its text */
export function textOf(where: string, labels: Tensor, sample: number, { K, blank, length }: TextForm): number[] {
  const L = labels.shape[1]!;
  const row = labels.data.subarray(sample * L, (sample + 1) * L);
  const isPadding = (label: number) => label < 0 || label === blank;
  const padding = row.findIndex(isPadding);
  const end = length ?? (padding < 0 ? L : padding);
  check(Number.isInteger(end) && end >= 0 && end <= L, () => {
    return `${where}: sample ${sample}: the length of its text must be 0 to ${L}, got ${end}`;
  });
  const late = length === undefined ? row.findIndex((label, i) => i > end && !isPadding(label)) : -1;
  check(late < 0, () => {
    return `${where}: sample ${sample}: label ${row[late]} at ${late} comes after the padding at ${end}; texts have their padding at the end`;
  });
  const text = Array.from(row.subarray(0, end));
  const odd = text.findIndex((label) => isPadding(label) || label >= K || !Number.isInteger(label));
  check(odd < 0, () => {
    return `${where}: sample ${sample}: labels are classes from 0 to ${K - 1} without the blank, ${blank}; got ${text[odd]} at ${odd}`;
  });
  return text;
}

/** Steps that a text needs at least: between two equal labels stands a blank. */
export function stepsFor(text: readonly number[]): number {
  return text.length + text.filter((label, i) => i > 0 && label === text[i - 1]).length;
}

/** @throws SluiceError with the sample's number where a text has more labels than steps can say */
export function checkSteps(where: string, text: readonly number[], steps: number, sample: number): void {
  const least = stepsFor(text);
  check(least <= steps, () => {
    const repeats = least - text.length;
    const why = repeats > 0 ? ` and ${repeats} blanks between equal ones` : "";
    return `${where}: sample ${sample}: its ${text.length} labels${why} need at least ${least} steps, got ${steps}; zeroInfinity: true leaves such samples out`;
  });
}
