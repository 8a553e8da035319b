/** What is no finite number is left out of pictures, and so is what is so large that differences overflow. */
export function canDraw(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) < 1e100;
}

/** The least and the largest of all values that can be drawn; null when there are none. */
export function extentOf(lists: readonly ArrayLike<number>[]): [low: number, high: number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (!canDraw(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low > high ? null : [low, high];
}

/** The same, a little wider, and never empty: what an axis spans. */
export function spanOf(lists: readonly ArrayLike<number>[], margin = 0.05): [low: number, high: number] {
  const [low, high] = extentOf(lists) ?? [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (size < 1e-100) return [-1, 1];
  const span = high - low > size * 1e-9 ? high - low : size;
  return [low - span * margin, high + span * margin];
}

/**
 * Indices of `most` points at most that a line through all would not be told apart from: of each stretch of neighbours the least,
 * the largest and any gap.
 */
export function thin(y: ArrayLike<number>, most: number): number[] {
  if (y.length <= most) return Array.from({ length: y.length }, (_, i) => i);
  const kept: number[] = [];
  const stretch = Math.ceil((3 * y.length) / most);
  for (let first = 0; first < y.length; first += stretch) {
    let [least, largest, gap] = [-1, -1, -1];
    for (let i = first; i < Math.min(first + stretch, y.length); i++) {
      if (!canDraw(y[i]!)) gap = i;
      else {
        if (least < 0 || y[i]! < y[least]!) least = i;
        if (largest < 0 || y[i]! > y[largest]!) largest = i;
      }
    }
    kept.push(...[...new Set([least, largest, gap])].filter((i) => i >= 0).sort((a, b) => a - b));
  }
  return kept;
}
