/** Every layer runs on the kernels of a page that only runs models, to the same bits. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { input, model, tensor } from "../../src/index.js";
import type { Kernels } from "../../src/kernels/kernels.js";
import { ForwardKernels } from "../../src/kernels/wasm/forward-kernels.js";
import { bestVariant, loadKernels } from "../../src/kernels/wasm/load-node.js";
import { fileName } from "../../src/kernels/wasm/variants.js";
import { provideKernels } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import { Random } from "../../src/util/random.js";
import { CASES } from "./cases.js";
import { B, built, call, concrete, drawInputs, RIGHT_PADDED, type LayerCase } from "./check-layer.js";

function forwardKernels(relaxed: boolean): Kernels {
  const variant = { relaxed, shared: false, edition: "inference-" as const };
  const file = new URL(`../../src/kernels/wasm/${fileName(variant)}`, import.meta.url);
  return new ForwardKernels(new WebAssembly.Module(readFileSync(file)), variant) as unknown as Kernels;
}

/** What the layer gives for a batch, with and without a mask, and as a stream, on one kernel set. */
function results(c: LayerCase, kernels: Kernels): unknown[] {
  provideKernels("float32", { create: () => kernels });
  const shapes = concrete(c);
  const run = { shapes, data: drawInputs(c, shapes) };
  const found = call(built(c), run, "float32").outputs;
  if (c.mask === "kept") found.push(...call(built(c), { ...run, mask: RIGHT_PADDED }, "float32").outputs);
  return [...found.map((y) => y.data), ...(c.stream === true ? streamed(c) : [])];
}

/** Twice the first frame. */
function streamed(c: LayerCase): unknown[] {
  const dtype = c.make().inputType;
  const symbolic = c.inputs.map((shape) => input({ shape: shape.slice(1), dtype }));
  const stream = model({ inputs: symbolic, outputs: built(c).apply(symbolic, "all") }).stream({ batch: B });
  const frames = drawInputs(c, concrete(c, B, 1));
  return [1, 2].flatMap(() => {
    stream.step(...frames);
    return stream.outputs.map((y) => y.data.slice());
  });
}

const best = bestVariant(); // Node 20 has fused multiply-add once this has been asked

for (const relaxed of [true, false]) {
  const absent = relaxed && !best.relaxed ? "this engine has no relaxed SIMD" : false;
  describe(relaxed ? "with fused multiply-add" : "without", { skip: absent }, () => {
    if (absent) return;
    const [full, forward] = [loadKernels({ relaxed, shared: true }), forwardKernels(relaxed)];
    test("indices that come as floats", () => {
      const c = CASES.find(({ name }) => name === "embedding")!;
      provideKernels("float32", { create: () => forward });
      const [layer, shapes] = [built(c), concrete(c)];
      for (const p of layer.parameters) p.place(forward);
      const found = withScope(forward, false, (scope) => {
        const indices = scope.place(tensor(new Float32Array(drawInputs(c, shapes)[0]!), shapes[0]!));
        return layer
          .call([indices], { training: false, random: new Random(0), masks: [], addLoss: () => {} })[0]!
          .toHost();
      });
      assert.deepEqual([found.data], results(c, full).slice(0, 1));
    });
    test("the products of gradients are refused, not wrong", () => {
      assert.throws(() => forward.gemm(0, 0, 0, 4, 4, 4, true, false, false), WebAssembly.RuntimeError);
    });
    for (const c of CASES)
      test(c.name, () => {
        if (c.sequences)
          assert.throws(() => results(c, forward), /is fetching the kernels that it needs: await ready\(\) first/);
        else assert.deepEqual(results(c, forward), results(c, full));
      });
  });
}
