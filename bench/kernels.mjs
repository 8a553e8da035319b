// GFLOP/s of the kernels alone, without the library around them: `node bench/kernels.mjs [filter] [threads]`. Least of many repetitions.
import { loadKernels } from "../dist/kernels/wasm/load-node.js";

const k = loadKernels();
const [filter = "", threads = "1"] = process.argv.slice(2);
await k.setThreads(Number(threads));
const none = {
  reverse: false, h0: 0, mask: 0, stateDropout: 0, activation: "tanh", recurrentActivation: "sigmoid", resetAfter: true,
  zeroOutputForMask: false, c0: 0, cT: 0,
}; // prettier-ignore

function random(n) {
  const ptr = k.memory.heap.alloc(n * 4);
  const view = k.memory.floats(ptr, n);
  for (let i = 0; i < n; i++) view[i] = (Math.random() - 0.5) * 0.2;
  return ptr;
}

/** Least time in ms. */
function least(run, budget = 800) {
  let best = Infinity;
  const end = performance.now() + budget;
  for (let i = 0; i < 20 || performance.now() < end; i++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
    if (i > 3 && performance.now() > end) break;
  }
  return best;
}

function report(name, flops, ms) {
  console.log(
    `${name.padEnd(34)} ${ms.toFixed(4).padStart(10)} ms ${(flops / ms / 1e6).toFixed(1).padStart(7)} GFLOP/s`,
  );
}

function recurrent(name, { B, T, D, H, dx = true, cell = "gru", sequence = true }) {
  if (!name.includes(filter)) return;
  const G = { gru: 3, lstm: 4, simpleRnn: 1 }[cell] * H;
  const call = {
    ...none, B, T, D, H, x: random(B * T * D), W: random(D * G), U: random(H * G), b: random(2 * G),
    y: random(B * T * H), hT: random(B * H), saved: random(k.savedLength(cell, B, T, H)),
  }; // prettier-ignore
  const gradients = {
    dy: sequence ? random(B * T * H) : 0, dhT: random(B * H), dcT: 0, dx: dx ? random(B * T * D) : 0, dW: random(D * G),
    dU: random(H * G), db: random(2 * G), dh0: 0, dc0: 0,
  }; // prettier-ignore
  const flops = 2 * G * (D + H) * B * T;
  const inference = { ...call, saved: 0, y: 0 };
  report(
    `${name} inference`,
    flops,
    least(() => k.recurrentForward(cell, inference)),
  );
  const forward = least(() => k.recurrentForward(cell, call));
  report(`${name} forward`, flops, forward);
  const both = least(() => {
    k.recurrentForward(cell, call);
    k.recurrentBackward(cell, call, gradients);
  });
  report(`${name} forward + backward`, 3 * flops, both);
}

function gemm(M, N, K, transA, transB) {
  const name = `gemm ${M}×${N}×${K} ${transA ? "T" : "N"}${transB ? "T" : "N"}`;
  if (!name.includes(filter)) return;
  const [c, a, b] = [random(M * N), random(M * K), random(N * K)];
  report(
    name,
    2 * M * N * K,
    least(() => k.gemm(c, a, b, M, N, K, transA, transB, false), 200),
  );
}

console.log(`node ${process.version} ${k.name} threads ${threads}`);
gemm(1024, 1024, 1024, false, false);
gemm(3200, 65, 256, false, false);
gemm(256, 65, 3200, true, false);
gemm(3200, 256, 65, false, true);
gemm(32, 1, 64, false, false);
recurrent("W1 batch", { B: 32, T: 20, D: 10, H: 64, dx: false, sequence: false });
recurrent("W2 batch", { B: 32, T: 10, D: 1, H: 50, dx: false, sequence: false });
recurrent("W3-256", { B: 32, T: 100, D: 64, H: 256 });
recurrent("W3-512", { B: 64, T: 100, D: 65, H: 512, dx: false });
recurrent("W4", { B: 1, T: 98, D: 40, H: 128 });
recurrent("W4-stream", { B: 1, T: 1, D: 40, H: 128 });
recurrent("W5", { B: 64, T: 98, D: 40, H: 128 });
recurrent("LSTM 128", { B: 32, T: 50, D: 40, H: 128, cell: "lstm" });
if ("adam".includes(filter)) {
  const n = 1 << 18;
  const [p, g, m, v] = [0, 0, 0, 0].map(() => random(n));
  k.fill(v, 0.1, n);
  const ms = least(() => k.adam(p, g, m, v, n, 0.001, 0.9, 0.999, 1e-7, 1, 0), 200);
  console.log(`adam ${((ms * 1e6) / n).toFixed(2)} ns an element`);
}
