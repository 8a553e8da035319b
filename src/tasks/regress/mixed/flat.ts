/** What the linear regression sees of a sample of several kinds. */
import type { Matrix } from "../../baselines/linear.js";
import { segmentMeans } from "../../classify/sequence.js";
import type { MixedItem } from "../../mixed/columns.js";
import type { MixedEncoder } from "../../mixed/encoder.js";
import type { Part } from "../../mixed/part.js";
import { SequencePart } from "../../mixed/sequence-part.js";
import type { TablePart } from "../../mixed/table-part.js";
import { TextPart } from "../../mixed/text-part.js";

/** Words that are counted, the most frequent ones. */
const WORDS = 200;
/** Parts of a sequence whose means are taken. */
const SEGMENTS = 4;

/** Numbers of the table and a 1 for each category, means of parts of each sequence, ln(1 + count) of words: [N, D]. */
export function flatRows(encoder: MixedEncoder, items: readonly MixedItem[]): Matrix {
  const columns = encoder.parts.map((part) => rowsOf(part, items));
  const rows = items.map((_, i) => columns.flatMap((column) => column[i]!));
  return { data: Float64Array.from(rows.flat()), rows: rows.length, columns: rows[0]?.length ?? 0 };
}

function rowsOf(part: Part, items: readonly MixedItem[]): number[][] {
  if (part instanceof TextPart) return part.encoder.sequences(part.texts(items)).map((words) => countsOf(words, part));
  if (part instanceof SequencePart) return items.map((item) => [...segmentMeans(part.sequenceOf(item), SEGMENTS)]);
  return items.map((item) => (part as TablePart).rowOf(item));
}

/** Numbers of words run from the most frequent one, at 2. */
function countsOf(words: readonly number[], { encoder }: TextPart): number[] {
  const counts = new Array<number>(Math.min(WORDS, encoder.size - 2)).fill(0);
  for (const word of words) if (word >= 2 && word - 2 < counts.length) counts[word - 2]!++;
  return counts.map(Math.log1p);
}
