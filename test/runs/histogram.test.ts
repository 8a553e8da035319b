/** How often which values come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { binsOf, histogramPlot } from "../../src/runs/plots/histogram.js";
import { renderAlone } from "../../src/runs/plots/render.js";

const value = fc.double({ min: 0, max: 1e6, noNaN: true });

test("every value stands in the bin whose edges hold it, those above in the last", () => {
  fc.assert(
    fc.property(fc.array(fc.array(value), { minLength: 1, maxLength: 3 }), (lists) => {
      fc.pre(lists.flat().length > 0);
      const { edges, counts, open } = binsOf(lists);
      assert.equal(edges.length, 31);
      const last = edges.at(-1)!;
      for (const [i, values] of lists.entries()) {
        assert.equal(counts[i]!.reduce((sum, count) => sum + count, 0), values.length); // prettier-ignore
        // Up to an edge, on which rounding decides.
        for (let bin = 1; bin < 30; bin++) {
          const below = counts[i]!.slice(0, bin).reduce((sum, count) => sum + count, 0);
          const edge = edges[bin]!;
          const tolerance = 1e-9 * last;
          assert.ok(below >= values.filter((x) => x < edge - tolerance).length);
          assert.ok(below <= values.filter((x) => x < edge + tolerance).length);
        }
      }
      assert.equal(open, Math.max(...lists.flat()) > last);
    }),
  );
});

test("few outliers do not press the others into one bar, and one value is a picture too", async () => {
  const values = [...Array.from({ length: 99 }, (_, i) => i / 100), 1e6];
  const { edges, counts, open } = binsOf([values]);
  assert.ok(open && edges.at(-1)! < 1);
  assert.ok(counts[0]!.every((count) => count > 0));
  assert.deepEqual(binsOf([[3, 3]]).counts[0]!.filter(Boolean), [2]);
  const plot = histogramPlot({
    title: "t",
    subtitle: "s.",
    xLabel: "x",
    yLabel: "n",
    lists: [{ name: "a", values }, { name: "b", values: [0.5] }], // prettier-ignore
  });
  assert.equal(plot.subtitle, "s. The last bar has all above.");
  const svg = await renderAlone(plot);
  assert.match(svg, /<desc>[^<]*a: 100 values\. b: 1 values\./);
  const bars = [...svg.matchAll(/<path aria-label|<path [^>]*d="M[^"]*h[^"]*v[^"]*h[^"]*Z"/g)];
  assert.ok(bars.length >= 30, `${bars.length} bars`);
});
