/** Orders in which the units of a layer can be looked at. Signals are [steps, units], row-major. */

/** Standard deviation of each unit over the steps: how much it moves. */
export function unitActivity(values: ArrayLike<number>, steps: number, units: number): Float64Array {
  const activity = new Float64Array(units);
  for (let j = 0; j < units; j++) {
    let [sum, squares] = [0, 0];
    for (let t = 0; t < steps; t++) sum += values[t * units + j]!;
    const mean = sum / steps;
    for (let t = 0; t < steps; t++) squares += (values[t * units + j]! - mean) ** 2;
    activity[j] = Math.sqrt(squares / steps);
  }
  return activity;
}

/** Indices from the largest value to the smallest; equal ones as they stood. */
export function descending(values: ArrayLike<number>): number[] {
  return Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]! || a - b);
}

/**
 * Units that move alike beside each other: the leaves of an average linkage with the distance 1 − correlation, found by the
 * nearest-neighbour chain (Murtagh, "A survey of recent advances in hierarchical clustering algorithms", 1983) in O(units²).
 * Branches are turned so that the ends which meet are alike. Units that do not move correlate with none.
 */
export function unitClusters(values: ArrayLike<number>, steps: number, units: number): number[] {
  const leaf = distances(values, steps, units);
  const between = Float64Array.from(leaf);
  const leaves = Array.from({ length: units }, (_, j) => [j]);
  const alive = new Set(leaves.keys());
  const chain: number[] = [];
  while (alive.size > 1) {
    if (chain.length === 0) chain.push(alive.values().next().value!);
    const [a, before] = [chain.at(-1)!, chain.at(-2)];
    const b = nearest(a, before, alive, between, units);
    if (b !== before) {
      chain.push(b);
      continue;
    }
    chain.length -= 2;
    const [sizeA, sizeB] = [leaves[a]!.length, leaves[b]!.length];
    for (const c of alive) {
      if (c === a || c === b) continue;
      const mean = (sizeA * between[a * units + c]! + sizeB * between[b * units + c]!) / (sizeA + sizeB);
      between[b * units + c] = between[c * units + b] = mean;
    }
    leaves[b] = joined(leaves[a]!, leaves[b]!, leaf, units);
    alive.delete(a);
  }
  const order = units === 0 ? [] : leaves[alive.values().next().value!]!;
  // Either direction is as good: the same one each time.
  return order[0]! > order.at(-1)! ? order.reverse() : order;
}

/** The cluster before it in the chain wins where several are equally near: else the chain would go round. */
function nearest(a: number, before: number | undefined, alive: Set<number>, between: Float64Array, units: number) {
  let [best, least] = [before ?? -1, before === undefined ? Infinity : between[a * units + before]!];
  for (const c of alive) {
    const distance = between[a * units + c]!;
    if (c !== a && distance < least) [best, least] = [c, distance];
  }
  return best;
}

/** Of the four ways to put two branches beside each other the one whose touching leaves are nearest. */
function joined(a: readonly number[], b: readonly number[], leaf: Float64Array, units: number): number[] {
  const ways = [false, true].flatMap((turnA) => [false, true].map((turnB) => ({ turnA, turnB })));
  const gap = ({ turnA, turnB }: (typeof ways)[number]) => {
    return leaf[(turnA ? a[0]! : a.at(-1)!) * units + (turnB ? b.at(-1)! : b[0]!)]!;
  };
  const best = ways.reduce((best, way) => (gap(way) < gap(best) ? way : best));
  return [...(best.turnA ? [...a].reverse() : a), ...(best.turnB ? [...b].reverse() : b)];
}

/** [units, units]: 1 − correlation over the steps. */
function distances(values: ArrayLike<number>, steps: number, units: number): Float64Array {
  const activity = unitActivity(values, steps, units);
  const scores = new Float64Array(units * steps);
  for (let j = 0; j < units; j++) {
    if (activity[j]! < 1e-9) continue;
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += values[t * units + j]!;
    for (let t = 0; t < steps; t++) scores[j * steps + t] = (values[t * units + j]! - sum / steps) / activity[j]!;
  }
  const distance = new Float64Array(units * units);
  for (let j = 0; j < units; j++) {
    for (let k = j + 1; k < units; k++) {
      let product = 0;
      for (let t = 0; t < steps; t++) product += scores[j * steps + t]! * scores[k * steps + t]!;
      distance[j * units + k] = distance[k * units + j] = 1 - product / steps;
    }
  }
  return distance;
}
