/** minGru and minLstm against the code of the paper's appendix in PyTorch: values and gradients, on both kernel sets. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { layers, ops, tensor } from "../../src/index.js";
import type { CallContext } from "../../src/layers/layer.js";
import { makeGradient } from "../../src/layers/parameter.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import type { FloatDType } from "../../src/tensor/dtype.js";
import { Random } from "../../src/util/random.js";
import { assertNear } from "./check-layer.js";

interface Packed {
  shape: number[];
  data: number[];
}
type Case = { cell: "minGru" | "minLstm"; candidate: "linear" | "positive" } & Record<
  "x" | "h0" | "y" | "upstream" | "kernel" | "bias" | "dx" | "dh0" | "dkernel" | "dbias",
  Packed
>;

const file = new URL("../../../test/fixtures/torch-minimal.json", import.meta.url);
const { source, cases } = JSON.parse(readFileSync(file, "utf8")) as { source: string; cases: Case[] };

const MAKE = { minGru: layers.minGru, minLstm: layers.minLstm };
const TOLERANCE: Record<FloatDType, number> = { float64: 1e-10, float32: 1e-5 };

for (const c of cases) {
  for (const dtype of ["float64", "float32"] as const) {
    test(`${c.cell}, candidate ${c.candidate}, ${dtype}`, () => {
      const layer = MAKE[c.cell]({ units: c.h0.shape[1]!, candidate: c.candidate, returnSequences: true });
      layer.ensureBuilt([c.x.shape, c.h0.shape]);
      const kernels = kernelsFor(dtype);
      for (const p of layer.parameters) {
        p.assign(p.name === "kernel" ? c.kernel.data : c.bias.data);
        p.place(kernels);
        p.tracked = true;
        makeGradient(p, kernels);
        kernels.fill(p.grad!.ptr, 0, p.size);
      }
      withScope(kernels, true, (scope) => {
        const [x, h0] = [c.x, c.h0].map(({ shape, data }) => {
          const leaf = scope.alloc(shape);
          leaf.data.set(data);
          leaf.tracked = true;
          return leaf;
        });
        const context: CallContext = { training: true, random: new Random(1), masks: [null, null], addLoss: () => {} };
        const [y] = layer.call([x!, h0!], context);
        scope.backward(ops.sum(ops.mul(y!, tensor(c.upstream.data, c.upstream.shape, dtype))));
        const [kernel, bias] = layer.parameters;
        const found = { y, dx: x!.grad, dh0: h0!.grad, dkernel: kernel!.grad, dbias: bias!.grad };
        for (const [name, values] of Object.entries(found))
          assertNear(values!.data, c[name as "y"].data, TOLERANCE[dtype], `${name} (${source})`);
      });
      for (const p of layer.parameters) p.tracked = false;
    });
  }
}

test("all four forms are in the fixture", () => assert.equal(cases.length, 4));
