/** Levenshtein's distance (1966): the fewest substitutions, deletions and insertions that make one sequence of another. */

/** How a hypothesis differs from its reference. */
export interface Edits {
  /** substitutions + deletions + insertions. */
  readonly distance: number;
  readonly substitutions: number;
  /** Of the reference, absent in the hypothesis. */
  readonly deletions: number;
  /** In the hypothesis, absent in the reference. */
  readonly insertions: number;
  /** Elements of the reference: hits + substitutions + deletions. */
  readonly length: number;
}

/** One column of an alignment: what stands in the reference and in the hypothesis, undefined for a gap. */
export type Aligned<T> = readonly [reference: T | undefined, hypothesis: T | undefined];

/**
 * The distance of two sequences whose elements are compared by ===, in O(N·M) time and O(M) memory. Of characters give
 * `[...text]`, which are code points; a string itself would count halves of emoji.
 */
export function editDistance<T>(reference: ArrayLike<T>, hypothesis: ArrayLike<T>): number {
  const [N, M] = [reference.length, hypothesis.length];
  let above = Uint32Array.from({ length: M + 1 }, (_, j) => j);
  let row = new Uint32Array(M + 1);
  for (let i = 1; i <= N; i++) {
    row[0] = i;
    for (let j = 1; j <= M; j++) {
      const kept = above[j - 1]! + Number(reference[i - 1] !== hypothesis[j - 1]);
      row[j] = Math.min(kept, above[j]! + 1, row[j - 1]! + 1);
    }
    [above, row] = [row, above];
  }
  return above[M]!;
}

/**
 * One of the shortest ways from the reference to the hypothesis, column by column; of equal ways that which keeps or substitutes
 * as late as possible, then deletes. Memory is O(N·M).
 */
export function align<T>(reference: ArrayLike<T>, hypothesis: ArrayLike<T>): Aligned<T>[] {
  const [N, M] = [reference.length, hypothesis.length];
  const width = M + 1;
  const cost = new Uint32Array((N + 1) * width);
  const differ = (i: number, j: number) => Number(reference[i - 1] !== hypothesis[j - 1]);
  for (let i = 0; i <= N; i++) {
    for (let j = 0; j <= M; j++) {
      const at = i * width + j;
      if (i === 0 || j === 0) cost[at] = i + j;
      else cost[at] = Math.min(cost[at - width - 1]! + differ(i, j), cost[at - width]! + 1, cost[at - 1]! + 1);
    }
  }
  const columns: Aligned<T>[] = [];
  for (let [i, j] = [N, M]; i > 0 || j > 0;) {
    const [here, at] = [cost[i * width + j]!, i * width + j];
    if (i > 0 && j > 0 && here === cost[at - width - 1]! + differ(i, j))
      columns.push([reference[--i], hypothesis[--j]]);
    else if (i > 0 && here === cost[at - width]! + 1) columns.push([reference[--i], undefined]);
    else columns.push([undefined, hypothesis[--j]]);
  }
  return columns.reverse();
}

/** What has to be done on one of the shortest ways; its sum is the distance. */
export function editsOf<T extends string | number>(reference: ArrayLike<T>, hypothesis: ArrayLike<T>): Edits {
  let [substitutions, deletions, insertions] = [0, 0, 0];
  for (const [a, b] of align(reference, hypothesis)) {
    if (a === undefined) insertions++;
    else if (b === undefined) deletions++;
    else if (a !== b) substitutions++;
  }
  const distance = substitutions + deletions + insertions;
  return { distance, substitutions, deletions, insertions, length: reference.length };
}
