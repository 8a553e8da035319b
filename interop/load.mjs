// `node interop/load.mjs [MB]`: what reading a large model costs, each form in a process of its own: the time beside that of reading
// the bytes and copying them once, and the memory beyond the bytes themselves, both as multiples. The bounds are those that the
// project sets itself: 1.5 and 1.2 for safetensors and ONNX, 4 times the memory for zip and HDF5 forms.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const REPETITIONS = 5;
const FORMS = {
  safetensors: { file: "model.safetensors", time: 1.5, memory: 1.2 },
  onnx: { file: "model.onnx", time: 1.5, memory: 1.2 },
  pytorch: { file: "torch.safetensors", memory: 4 },
  keras: { file: "model.keras", memory: 4 },
};

/** @param {string} folder @param {number} megabytes */
async function writeFiles(folder, megabytes) {
  const { layers, sequential } = await import("sluice");
  const { toKeras, toOnnx, toPyTorch } = await import("sluice/interop");
  const H = Math.round(Math.sqrt((megabytes * 1e6) / 4 / 6)); // a GRU of H features and units has about 6 H² weights
  const model = sequential([layers.gru({ units: H, inputShape: [null, H] })], { seed: 1 });
  model.initialize();
  await model.save(join(folder, FORMS.safetensors.file));
  writeFileSync(join(folder, FORMS.onnx.file), toOnnx(model));
  writeFileSync(join(folder, FORMS.pytorch.file), toPyTorch(model).weights);
  writeFileSync(join(folder, FORMS.keras.file), await toKeras(model));
}

const READERS = {
  safetensors: async (path) => (await import("sluice")).loadModel(path),
  onnx: async (path) => (await import("sluice/interop")).fromOnnx(path),
  pytorch: async (path) => (await import("sluice/interop")).fromPyTorch(path),
  keras: async (path) => (await import("sluice/interop")).fromKeras(path),
};

/** The most memory that this process has held, in bytes; getrusage would begin with what the parent held when it forked. */
function highWaterMark() {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
}

/** In a child: the reader once, and what reading and one copy take, after the modules are there. */
async function child(form, path) {
  const size = statSync(path).size;
  await import("sluice");
  await import("sluice/interop");
  global.gc?.();
  const before = process.memoryUsage().rss;
  const begin = performance.now();
  const model = await READERS[form](path);
  const seconds = (performance.now() - begin) / 1000;
  const peak = highWaterMark();
  // Only now, since its copies would count as the reader's.
  const times = [];
  for (let i = 0; i < 3; i++) {
    const begin = performance.now();
    readFileSync(path).slice(); // the bytes
    new Uint8Array(size).set(readFileSync(path)); // and one copy
    times.push((performance.now() - begin) / 2);
  }
  process.stdout.write(
    JSON.stringify({ size, plain: Math.min(...times) / 1000, seconds, extra: peak - before, kept: model !== null }),
  );
}

if (process.argv[2] === "--child") await child(process.argv[3], process.argv[4]);
else {
  const folder = mkdtempSync(join(tmpdir(), "sluice-load-"));
  try {
    await writeFiles(folder, Number(process.argv[2] ?? 100));
    console.log("form           MB    read + copy     load   ratio   memory beyond the bytes");
    let failed = false;
    for (const [form, { file, time, memory }] of Object.entries(FORMS)) {
      const runs = Array.from({ length: REPETITIONS }, () => {
        const args = ["--expose-gc", fileURLToPath(import.meta.url), "--child", form, join(folder, file)];
        const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
        if (status !== 0) throw new Error(stderr);
        return JSON.parse(stdout);
      });
      const least = (name) => Math.min(...runs.map((run) => run[name]));
      const ratio = least("seconds") / least("plain");
      const extra = least("extra") / runs[0].size - 1;
      const over = (time !== undefined && ratio > time) || extra > memory;
      failed ||= over;
      const cells = [form.padEnd(12), (runs[0].size / 1e6).toFixed(0), `${(1000 * least("plain")).toFixed(0)} ms`, `${(1000 * least("seconds")).toFixed(0)} ms`, ratio.toFixed(2), `${extra.toFixed(2)} × (bound ${memory})${over ? "  OVER" : ""}`]; // prettier-ignore
      console.log(cells.map((cell, i) => (i === 0 ? cell : cell.padStart(9))).join(" "));
    }
    process.exitCode = failed ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
