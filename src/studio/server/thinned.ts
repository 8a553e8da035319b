import type { GradientNormLine } from "../../runs/gradient-norms-jsonl.js";

/** Epochs whose norms are sent of a run that has trained long: more curves in one picture say no more. */
const MOST_EPOCHS = 120;

/** Norms of evenly spread epochs, the first and the last among them. */
export function thinned(rows: readonly GradientNormLine[]): readonly GradientNormLine[] {
  const epochs = [...new Set(rows.map(({ epoch }) => epoch))];
  if (epochs.length <= MOST_EPOCHS) return rows;
  const place = (i: number) => epochs[Math.round((i * (epochs.length - 1)) / (MOST_EPOCHS - 1))]!;
  const kept = new Set(Array.from({ length: MOST_EPOCHS }, (_, i) => place(i)));
  return rows.filter(({ epoch }) => kept.has(epoch));
}
