/** The module for pages that only run models computes what the whole one does, and has no gradients. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernels } from "../../src/kernels/kernels.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { Numbers, runCase, VARIANTS, type Case } from "./compare.js";

const modules = [true, false].map((relaxed) => loadKernels({ relaxed, shared: false, edition: "inference-" as const }));
const n = new Numbers(9);
const [B, T, D, H] = [5, 7, 6, 12];
const x = n.normal(B * T * D);
const [W, U, b] = [n.normal(D * 3 * H), n.normal(H * 3 * H), n.normal(6 * H)];

const layer: Case = (bench) => {
  const k = bench.kernels;
  const [px, pW, pU, pb] = [bench.floats(x), bench.floats(W), bench.floats(U), bench.floats(b)];
  const [y, hT] = [bench.room(B * T * H), bench.room(B * H)];
  k.recurrentForward("gru", {
    B, T, D, H, reverse: false, x: px, W: pW, U: pU, b: pb, h0: 0, mask: 0, stateDropout: 0, activation: "tanh",
    recurrentActivation: "sigmoid", resetAfter: true, zeroOutputForMask: false, y, hT, saved: 0, c0: 0, cT: 0,
  });
  const product = bench.room(B * T * H);
  k.gemm(product, y, pU, B * T, H, H, false, false, false);
  k.unary("gelu", product, product, B * T * H);
  k.binaryRow("add", product, product, pb, B * T, H);
  k.layerNorm(y, bench.room(2 * B * T), product, 0, 0, 0.01, B * T, H);
  k.softmax(y, y, B * T, H);
  return { y: bench.read(y, B * T * H), hT: bench.read(hT, B * H) };
}; // prettier-ignore

test("forward kernels give the same bits as in the whole module", () => {
  const whole: Kernels[] = [VARIANTS["relaxed"]!, VARIANTS["simd"]!];
  modules.forEach((kernels, i) => assert.deepEqual(runCase(kernels, layer), runCase(whole[i]!, layer)));
});

test("a gradient is refused", () => {
  for (const kernels of modules) assert.throws(() => kernels.adam(64, 64, 64, 64, 1, 0, 0, 0, 0, 0, 0), WebAssembly.RuntimeError);
}); // prettier-ignore
