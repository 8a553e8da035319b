// Compiles the AssemblyScript kernels to the variants that the loader chooses from:
//   kernels-{relaxed,simd}{,-shared}.wasm   relaxed: fused multiply-add; shared: a memory that worker threads can share.
//   kernels-inference-{relaxed,simd}.wasm   without gradients and optimizers, for pages that only run models.
// The sources tell the variants apart by ASC_FEATURE_RELAXED_SIMD and ASC_FEATURE_THREADS, which asc defines, and by TRAINS.
// A stamp of the sources, the flags and the compiler's version skips the work when nothing has changed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "src/kernels/wasm/assembly");
const entry = join(sources, "index.ts");
const inferenceEntry = join(sources, "inference.ts");
const outDir = join(root, "dist/kernels/wasm");
const stampFile = join(root, "build/wasm.stamp");

/** 65536 pages of 64 KiB: the whole 4 GiB that 32-bit addresses reach. A shared memory must declare a maximum. */
const MAXIMUM_PAGES = "65536";
const COMMON = [
  "--runtime",
  "stub",
  "-O3",
  "--noAssert",
  "--converge",
  "--use",
  "abort=",
  "--importMemory",
  "--enable",
  "simd",
];
const RELAXED = ["--enable", "relaxed-simd"];
const SHARED = ["--enable", "threads", "--sharedMemory", "--maximumMemory", MAXIMUM_PAGES];
const FULL = ["--use", "TRAINS=1"];
/** No --shrinkLevel: it would save 400 bytes, and a stream's step of 32 units take a third longer. */
const INFERENCE = ["--use", "TRAINS=0"];
const VARIANTS = {
  "kernels-relaxed": [...COMMON, ...FULL, ...RELAXED],
  "kernels-simd": [...COMMON, ...FULL],
  "kernels-relaxed-shared": [...COMMON, ...FULL, ...RELAXED, ...SHARED],
  "kernels-simd-shared": [...COMMON, ...FULL, ...SHARED],
  "kernels-inference-relaxed": [...COMMON, ...INFERENCE, ...RELAXED],
  "kernels-inference-simd": [...COMMON, ...INFERENCE],
};

const asc = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");

/** One hash over everything that decides the output. */
function stamp() {
  const hash = createHash("sha256").update(JSON.stringify(VARIANTS));
  hash.update(readFileSync(join(dirname(dirname(asc)), "package.json")));
  for (const name of readdirSync(sources, { recursive: true }).sort()) {
    if (name.endsWith(".ts")) hash.update(name).update(readFileSync(join(sources, name)));
  }
  return hash.digest("hex");
}

/** Written under another name and renamed, so that a process that loads the kernels meanwhile sees the old or the new file. */
async function compile(name, flags) {
  const target = join(outDir, `${name}.wasm`);
  const source = name.includes("inference") ? inferenceEntry : entry;
  const fresh = `${target}.${process.pid}.tmp.wasm`;
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [asc, source, ...flags, "-o", fresh], {
      cwd: root,
    });
    process.stderr.write(stdout + stderr);
  } catch (error) {
    throw new Error(`${name}: asc failed\n${error.stdout}${error.stderr}`, { cause: error });
  }
  const bytes = readFileSync(fresh);
  if (!WebAssembly.validate(bytes) && !name.includes("relaxed"))
    throw new Error(`${name}: asc wrote an invalid module`);
  renameSync(fresh, target);
  return `${name}.wasm ${bytes.length} bytes`;
}

export async function buildWasm() {
  if (!existsSync(entry)) return;
  const wanted = stamp();
  const complete = Object.keys(VARIANTS).every((name) => existsSync(join(outDir, `${name}.wasm`)));
  if (complete && existsSync(stampFile) && readFileSync(stampFile, "utf8") === wanted) return;
  mkdirSync(outDir, { recursive: true });
  mkdirSync(dirname(stampFile), { recursive: true });
  const lines = await Promise.all(Object.entries(VARIANTS).map(([name, flags]) => compile(name, flags)));
  writeFileSync(stampFile, wanted);
  console.log(lines.join("\n"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWasm();
