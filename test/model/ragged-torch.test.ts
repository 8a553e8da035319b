/** PyTorch's recurrent layers on packed sequences (scripts/oracles/torch_packed.py): outputs, states and gradients. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { layers, ragged, tensor, type NestedArray, type Ragged } from "../../src/index.js";
import type { CallContext, Layer } from "../../src/layers/layer.js";
import { makeGradient } from "../../src/layers/parameter.js";
import { callLayer } from "../../src/model/graph.js";
import { packedSupport } from "../../src/model/feed.js";
import { add, mul } from "../../src/ops/arithmetic.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { sum } from "../../src/ops/reduce.js";
import { withScope } from "../../src/ops/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { Random } from "../../src/util/random.js";
import { assertClose } from "../reference/numeric.js";

type Rows = number[][];

interface Fixture {
  cell: "gru" | "lstm" | "simpleRnn";
  bidirectional: boolean;
  lengths: number[];
  x: Rows[];
  weights: (number[] | Rows)[];
  packed: Rows;
  batchSizes: number[];
  order: number[];
  y: Rows[];
  last: Rows;
  cell_state: Rows | null;
  upstream: Rows[];
  upstreamLast: Rows;
  dx: Rows[];
  gradients: (number[] | Rows)[];
}

const url = new URL("../../../test/fixtures/torch-packed.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as { cases: Fixture[] };

const flat = (values: NestedArray): number[] => (values as number[][]).flat(9);
const float64 = (rows: Rows[]): Ragged => ragged(rows, { dtype: "float64" });

function layerOf(c: Fixture): Layer {
  const config = { units: 4, returnSequences: true, returnState: true };
  const one = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn }[c.cell](config);
  const layer = c.bidirectional ? layers.bidirectional({ layer: one }) : one;
  layer.ensureBuilt([[null, null, 3]]);
  for (const [i, p] of layer.parameters.entries()) p.assign(flat(c.weights[i]!));
  return layer;
}

/** PyTorch leaves equal lengths in any order; ours stay as they came. */
const distinct = (lengths: number[]) => new Set(lengths).size === lengths.length;

describe("as PyTorch on a PackedSequence", () => {
  for (const c of cases) {
    test(`${c.bidirectional ? "bidirectional " : ""}${c.cell}, lengths ${c.lengths.join()}`, () => {
      const x = float64(c.x);
      const mine = x.pack();
      assert.deepEqual(Array.from(mine.batchSizes), c.batchSizes);
      if (distinct(c.lengths)) {
        assert.deepEqual(Array.from(mine.order), c.order);
        assertClose(Array.from(mine.values.data), flat(c.packed), "packed values", 1e-12);
      }
      const layer = layerOf(c);
      const kernels = kernelsFor("float64");
      for (const p of layer.parameters) {
        p.place(kernels);
        p.tracked = true;
        makeGradient(p, kernels);
      }
      withScope(kernels, true, (scope) => {
        const slice = { start: 0, count: c.lengths.length };
        const value = packedSupport!.feed(x, slice)!;
        value.tensor.tracked = true;
        const context: CallContext = { training: true, random: new Random(1), masks: [], addLoss: () => undefined };
        const [y, ...states] = callLayer(layer, [value], context);
        const sequences = (t: Tensor) => packedSupport!.collect(undefined, { ...y!, tensor: t }, slice)!;
        assertClose(Array.from(sequences(y!.tensor).data), flat(c.y), "y", 1e-11);
        const hidden = (c.cell === "lstm" ? states.filter((_, i) => i % 2 === 0) : states).map((v) => v.tensor);
        const last = joinRows(hidden.map((h) => h.toHost()));
        assertClose(last, flat(c.last), "last states", 1e-11);
        if (c.cell_state) assertClose(Array.from(states[1]!.tensor.data), flat(c.cell_state), "cell state", 1e-11);

        const up = packedSupport!.feed(float64(c.upstream), slice)!.tensor;
        const width = hidden[0]!.shape[1]!;
        const terms = hidden.map((h, i) => {
          const part = c.upstreamLast.map((row) => row.slice(i * width, (i + 1) * width));
          return sum(mul(h, tensor(part, undefined, "float64")));
        });
        scope.backward(terms.reduce((a, b) => add(a, b), sum(mul(y!.tensor, up))));
        assertClose(Array.from(sequences(value.tensor.grad!).data), flat(c.dx), "dx", 1e-11);
        for (const [i, p] of layer.parameters.entries())
          assertClose(Array.from(p.grad!.data), flat(c.gradients[i]!), `d ${p.name}`, 1e-11);
      });
      for (const p of layer.parameters) p.tracked = false;
    });
  }
});

/** [B, H] of both directions side by side. */
function joinRows(parts: Tensor[]): number[] {
  const [B, H] = parts[0]!.shape as [number, number];
  return Array.from({ length: B }, (_, b) =>
    parts.flatMap((p) => Array.from(p.data.subarray(b * H, (b + 1) * H))),
  ).flat();
}
