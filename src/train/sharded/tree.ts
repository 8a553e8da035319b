import type { Floats, Room } from "./room.js";

/**
 * Adds up gradients in a tree that depends on the number of shards alone: 0 + 1 and 2 + 3, then both sums, and so on. A sum is made by
 * whoever brings its second side, so that nobody waits and the bits are those of one thread.
 */
export function climb({ gradients, arrived }: Room, shard: number, shards: number): void {
  let left = shard;
  for (let width = 1; width < shards; width *= 2) {
    left -= left % (2 * width);
    const right = left + width; // no other sum has it on its right
    if (right >= shards) continue;
    if (Atomics.add(arrived, right, 1) === 0) return;
    addTo(gradients[left]!, gradients[right]!);
  }
}

function addTo(sum: Floats, other: Floats): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += other[i]!;
}
