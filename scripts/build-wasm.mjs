// Compiles the AssemblyScript kernels to the variants that the loader chooses from:
//   kernels-{relaxed,simd}{,-shared}.wasm   relaxed: fused multiply-add; shared: a memory that worker threads can share.
//   kernels-inference-{relaxed,simd}.wasm   without gradients and optimizers, for pages that only run models.
//   kernels-sequences-{relaxed,simd}{,-shared}.wasm   with the kernels of ragged batches and of the rarer layers.
// The sources tell the variants apart by ASC_FEATURE_RELAXED_SIMD and ASC_FEATURE_THREADS, which asc defines, by TRAINS and SEQUENCES.
// A stamp of the sources, the flags and the compiler's version skips the work when nothing has changed.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"; // prettier-ignore
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = join(root, "src/kernels/wasm/assembly");
const entry = join(sources, "index.ts");
const inferenceEntry = join(sources, "inference.ts");
const outDir = join(root, "dist/kernels/wasm");
const stampFile = join(root, "build/wasm.stamp");
const cache = join(root, "node_modules/.cache/sluice-wasm");

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
const FULL = ["--use", "TRAINS=1", "--use", "SEQUENCES=0"];
const SEQUENCES = ["--use", "TRAINS=1", "--use", "SEQUENCES=1"];
/** No --shrinkLevel: it would save 400 bytes, and a stream's step of 32 units take a third longer. */
const INFERENCE = ["--use", "TRAINS=0", "--use", "SEQUENCES=0"];
const VARIANTS = {
  "kernels-relaxed": [...COMMON, ...FULL, ...RELAXED],
  "kernels-simd": [...COMMON, ...FULL],
  "kernels-relaxed-shared": [...COMMON, ...FULL, ...RELAXED, ...SHARED],
  "kernels-simd-shared": [...COMMON, ...FULL, ...SHARED],
  "kernels-sequences-relaxed": [...COMMON, ...SEQUENCES, ...RELAXED],
  "kernels-sequences-simd": [...COMMON, ...SEQUENCES],
  "kernels-sequences-relaxed-shared": [...COMMON, ...SEQUENCES, ...RELAXED, ...SHARED],
  "kernels-sequences-simd-shared": [...COMMON, ...SEQUENCES, ...SHARED],
  "kernels-inference-relaxed": [...COMMON, ...INFERENCE, ...RELAXED],
  "kernels-inference-simd": [...COMMON, ...INFERENCE],
};

const asc = createRequire(import.meta.url).resolve("assemblyscript/bin/asc.js");

/** The two that Node reads. */
const NODE_VARIANTS = ["kernels-sequences-relaxed-shared", "kernels-sequences-simd-shared"];

/** One hash for each variant, over everything that decides its bytes. */
function stamps() {
  const common = createHash("sha256").update(readFileSync(join(dirname(dirname(asc)), "package.json")));
  const sequences = createHash("sha256");
  for (const name of readdirSync(sources, { recursive: true }).sort()) {
    if (!name.endsWith(".ts")) continue;
    // sequence/index.ts is the one door to its folder
    const hash = /^sequence[/\\]/.test(name) ? sequences : common;
    hash.update(name).update(readFileSync(join(sources, name)));
  }
  const [first, second] = [common.digest("hex"), sequences.digest("hex")];
  const of = (name, flags) => [flags.join(" "), first, ...(name.includes("sequences") ? [second] : [])].join(" ");
  return Object.fromEntries(Object.entries(VARIANTS).map(([name, flags]) => [name, of(name, flags)]));
}

function writtenStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {}; // the first build
  }
}

async function compile(name, flags, target) {
  mkdirSync(dirname(target), { recursive: true });
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
}

/** @param nodeOnly whether only what Node reads is compiled; also said by SLUICE_WASM=node in the environment, for work on a kernel */
export async function buildWasm(nodeOnly = false) {
  if (!existsSync(entry)) return;
  const names = nodeOnly || process.env.SLUICE_WASM === "node" ? NODE_VARIANTS : Object.keys(VARIANTS);
  const [wanted, written] = [stamps(), writtenStamps()];
  const stale = names.filter((name) => wanted[name] !== written[name] || !existsSync(join(outDir, `${name}.wasm`)));
  if (stale.length === 0) return;
  mkdirSync(outDir, { recursive: true });
  mkdirSync(dirname(stampFile), { recursive: true });
  const waiting = [...stale];
  /** One compiler for each core: each takes some 200 MB. */
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await make(name, wanted[name]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** Takes the module from the cache, which other checkouts may share with their node_modules, or compiles it into the cache. */
async function make(name, stamp) {
  const kept = join(cache, `${createHash("sha256").update(stamp).digest("hex")}.wasm`);
  if (!existsSync(kept)) await compile(name, VARIANTS[name], kept);
  const target = join(outDir, `${name}.wasm`);
  const fresh = `${target}.${process.pid}.tmp`;
  copyFileSync(kept, fresh);
  renameSync(fresh, target); // a process that loads the kernels meanwhile sees the old or the new file
  writeFileSync(stampFile, JSON.stringify({ ...writtenStamps(), [name]: stamp }));
  console.log(`${name}.wasm ${statSync(target).size} bytes`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWasm();
