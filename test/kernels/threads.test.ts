/** Any number of threads gives the same bits. Sizes are such that the work is shared, and divide evenly by nothing. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import type { Cell } from "../../src/kernels/kernels.js";
import { loadKernels } from "../../src/kernels/wasm/load-node.js";
import { Numbers, runCase, type Bench, type Case } from "./compare.js";

const [rows, cols] = [331, 203];
const n = rows * cols;
const numbers = new Numbers(77);
const x = numbers.normal(n);
const other = numbers.normal(n);
const column = numbers.normal(cols);
const label = numbers.below(rows, cols);
const index = numbers.below(rows, 50);
const positive = x.map((v) => +(v > 0));
const squares = x.map((v) => v * v);
const stats = numbers.normal(2 * rows);

function gemm(transA: boolean, transB: boolean, M: number, N: number, K: number): Case {
  const [a, b] = [numbers.normal(M * K), numbers.normal(K * N)];
  return (bench) => {
    const c = bench.room(M * N);
    bench.kernels.gemm(c, bench.floats(a), bench.floats(b), M, N, K, transA, transB, false);
    return { c: bench.read(c, M * N) };
  };
}

/** A case that makes one array of n elements out of x and another. */
function simple(run: (bench: Bench, y: number, x: number, other: number) => void): Case {
  return (bench) => {
    const y = bench.floats(other);
    run(bench, y, bench.floats(x), bench.floats(other));
    return { y: bench.read(y, n) };
  };
}

function recurrent(cell: Cell, resetAfter: boolean, masked: boolean): Case {
  const [B, T, D, H] = [37, 11, 19, 45];
  const G = { gru: 3, lstm: 4, simpleRnn: 1 }[cell] * H;
  const values = [B * T * D, D * G, H * G, 2 * G, B * T * H, B * H].map((length) => numbers.normal(length, 0.3));
  const mask = numbers.below(B * T, 2);
  return (bench) => {
    const k = bench.kernels;
    const [px, W, U, b, dy, dhT] = values.map((v) => bench.floats(v)) as [number, number, number, number, number, number];
    const saved = bench.room(k.savedLength(cell, B, T, H));
    const [y, hT, cT, dx, dh0, dc0] = [B * T * H, B * H, B * H, B * T * D, B * H, B * H].map((length) => bench.room(length)) as [number, number, number, number, number, number];
    const [dW, dU, db] = [D * G, H * G, 2 * G].map((length) => bench.floats(new Float32Array(length))) as [number, number, number];
    const call = {
      B, T, D, H, reverse: false, x: px, W, U, b, h0: 0, mask: bench.ints(masked ? mask : undefined), stateDropout: 0,
      activation: "tanh", recurrentActivation: "sigmoid", resetAfter, zeroOutputForMask: false, y, hT, saved, c0: 0, cT,
    } as const;
    k.recurrentForward(cell, call);
    k.recurrentBackward(cell, call, { dy, dhT, dcT: 0, dx, dW, dU, db, dh0, dc0 });
    return {
      y: bench.read(y, B * T * H), hT: bench.read(hT, B * H), dx: bench.read(dx, B * T * D), dW: bench.read(dW, D * G),
      dU: bench.read(dU, H * G), db: bench.read(db, 2 * G), dh0: bench.read(dh0, B * H),
    };
  };
} // prettier-ignore

const CASES: Record<string, Case> = {
  "gemm, columns dealt out": gemm(true, false, 67, 203, 301),
  "gemm, rows dealt out": gemm(false, false, 301, 67, 203),
  "gemm, both transposed": gemm(true, true, 131, 133, 67),
  "gru": recurrent("gru", true, false),
  "gru, reset before, masked": recurrent("gru", false, true),
  "lstm, masked": recurrent("lstm", true, true),
  "simpleRnn": recurrent("simpleRnn", true, false),
  "unary": simple((bench, y, x) => bench.kernels.unary("gelu", y, x, n)),
  "unaryGrad": simple((bench, y, x, other) => bench.kernels.unaryGrad("tanh", y, other, x, other, n)),
  "binary": simple((bench, y, x, other) => bench.kernels.binary("mul", y, x, n, other, n, n)),
  "binaryRow": simple((bench, y, x) => bench.kernels.binaryRow("add", y, x, bench.floats(column), rows, cols)),
  "fill": simple((bench, y) => bench.kernels.fill(y, 3, n)),
  "axpy": simple((bench, y, x) => bench.kernels.axpy(y, 0.3, x, n)),
  "scale": simple((bench, y, x) => bench.kernels.scale(y, 0.3, x, n)),
  "where": simple((bench, y, x, other) => bench.kernels.where(y, bench.ints(positive), x, other, n)),
  "clip": simple((bench, y, x) => bench.kernels.clip(y, x, -1, 1, n)),
  "floatToInt": simple((bench, y, x) => bench.kernels.floatToInt(y, x, n)),
  "dropoutMask": simple((bench, y) => bench.kernels.dropoutMask(y, 5, 0.4, n)),
  "reduce": simple((bench, y, x) => bench.kernels.reduce("sum", y, x, 1, rows, cols, true)),
  "reduce rows": simple((bench, y, x) => bench.kernels.reduce("mean", y, x, rows, cols, 1, false)),
  "argMax": simple((bench, y, x) => bench.kernels.argMax(y, x, rows, cols, 1)),
  "copy": simple((bench, y, x) => bench.kernels.copy(y, x, [rows, cols], [1, rows], [cols, 1], false)),
  "copy, summed": simple((bench, y, x) => bench.kernels.copy(y, x, [rows, cols], [0, 1], [cols, 1], true)),
  "gatherRows": simple((bench, y, x) => bench.kernels.gatherRows(y, x, bench.ints(index), rows, cols)),
  "scatterAddRows": simple((bench, y, x) => bench.kernels.scatterAddRows(y, x, bench.ints(index), rows, cols)),
  "softmax": simple((bench, y, x) => bench.kernels.softmax(y, x, rows, cols)),
  "softmaxGrad": simple((bench, y, x, other) => bench.kernels.softmaxGrad(y, other, x, rows, cols)),
  "sparseCrossEntropy": simple((bench, y, x, other) => bench.kernels.sparseCrossEntropy(other, y, x, bench.ints(label), rows, cols)),
  "sparseCrossEntropyGrad": simple((bench, y, x, other) => bench.kernels.sparseCrossEntropyGrad(y, other, x, bench.ints(label), rows, cols)),
  "layerNorm": simple((bench, y, x) => bench.kernels.layerNorm(y, bench.room(2 * rows), x, 0, 0, 0.01, rows, cols)),
  "layerNormGrad": simple((bench, y, x, other) => bench.kernels.layerNormGrad(y, bench.floats(column), 0, other, bench.floats(stats), x, 0, rows, cols)),
  "sgd": simple((bench, y, x, other) => bench.kernels.sgd(y, x, other, n, 0.1, 0.9, true)),
  "adam": simple((bench, y, x, other) => bench.kernels.adam(y, x, other, bench.floats(squares), n, 0.1, 0.9, 0.99, 1e-7, 1, 0)),
  "rmsprop": simple((bench, y, x) => bench.kernels.rmsprop(y, x, bench.floats(new Float32Array(n)), 0, 0, n, 0.1, 0.9, 0, 1e-7)),
  "adagrad": simple((bench, y, x) => bench.kernels.adagrad(y, x, bench.floats(new Float32Array(n)), n, 0.1, 1e-7)),
}; // prettier-ignore

for (const relaxed of [true, false]) {
  test(`1, 2 and 3 threads give the same bits (${relaxed ? "relaxed" : "simd"})`, async () => {
    const kernels = loadKernels({ relaxed, shared: true });
    const alone = Object.entries(CASES).map(([name, body]) => [name, body, runCase(kernels, body)] as const);
    for (const count of [2, 3, 2]) {
      await kernels.setThreads(count);
      assert.equal(kernels.threads, count);
      for (let repetition = 0; repetition < 3; repetition++)
        for (const [name, body, expected] of alone) {
          const got = runCase(kernels, body);
          for (const key of Object.keys(expected)) assert.deepEqual(got[key], expected[key], `${name} ${key}, ${count} threads`);
        } // prettier-ignore
    }
    await kernels.setThreads(1);
    for (const [name, body, expected] of alone) assert.deepEqual(runCase(kernels, body), expected, name);
  });
}

test("threads are refused where they cannot be", async () => {
  const kernels = loadKernels({ relaxed: false, shared: false });
  await assert.rejects(kernels.setThreads(2), /shared memory/);
  for (const count of [0, 1.5, NaN, 65]) await assert.rejects(kernels.setThreads(count), /whole number/);
});

test("sleeping threads neither keep the process alive nor use the processor", () => {
  const script = `
    import { loadKernels } from ${JSON.stringify(new URL("../../src/kernels/wasm/load-node.js", import.meta.url).href)};
    const kernels = loadKernels();
    await kernels.setThreads(3);
    const p = kernels.memory.heap.alloc(4 << 20);
    kernels.fill(p, 1, 1 << 20);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
  `;
  const used = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8", timeout: 20_000 });
  assert.ok(Number(used) < 60, `${used} ms of processor time in 300 ms of idling`);
}); // prettier-ignore
