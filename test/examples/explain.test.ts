/** examples/explain.ts: what was marked is what its network writes, and what its answers are put down to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "sluice";
import { attribute, trace, type AttributionMethod } from "sluice/explain";
import { byStep, markedNumbers, STEPS, train } from "../../examples/explain.js";

const indexOfLargest = (values: ArrayLike<number>) => {
  const sizes = Array.from(values, Math.abs);
  return sizes.indexOf(Math.max(...sizes));
};

test("gates open at the marked step, and every method finds it", async () => {
  const random = new Random(1);
  const model = await train(markedNumbers(2000, random), 12);
  const { x, y, marked } = markedNumbers(40, random);
  // An answer near 0 is no answer to explain.
  const clear = marked.flatMap((t, i) => (Math.abs(y.data[i]!) > 0.3 ? [[i, t] as const] : []));
  const traces = await trace(model, x);
  // At the first step there is nothing to keep yet.
  const written = clear.filter(([i, t]) => 1 + indexOfLargest(byStep(traces[i]!.layers[0]!, "write").slice(1)) === t);
  assert.ok(written.length >= 0.7 * clear.filter(([, t]) => t > 0).length, `${written.length} of ${clear.length}`);
  for (const method of ["integratedGradients", "occlusion", "gradientInput"] satisfies AttributionMethod[]) {
    const found = await attribute(model, x, { method });
    for (const [i, t] of clear) {
      const { scores, steps } = found[i]!.inputs[0]!;
      assert.equal(steps, STEPS);
      // Of the numbers; that a step is marked says something too.
      assert.equal(indexOfLargest(scores.filter((_, j) => j % 2 === 0)), t, `${method}, sample ${i}`);
    }
  }
});
