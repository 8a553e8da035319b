import assert from "node:assert/strict";
import { tensor, type Model } from "sluice";
import { Random } from "../../src/util/random.js";

export function draw(n: number, seed = 7, low = -1.5, high = 1.5): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: n }, () => low + (high - low) * random.uniform());
}

/** Draws the weights, and biases that are not zero, so that an equation without them would be seen. */
export function shake(m: Model, seed = 3): Model {
  const random = new Random(seed);
  m.random.state = random.state; // weights that have not been drawn yet
  const moved = (v: number) => v + 0.8 * random.uniform() - 0.4;
  m.setWeights(m.getWeights().map((w) => tensor(w.data.map(moved), w.shape)));
  return m;
}

export function assertClose(a: ArrayLike<number>, b: ArrayLike<number>, what: string, bound = 2e-6): void {
  assert.equal(a.length, b.length, what);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i]! - b[i]!) <= bound, `${what} [${i}]: ${a[i]} and ${b[i]}`);
}
