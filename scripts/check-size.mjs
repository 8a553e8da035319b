// The size budgets: what a browser downloads, gzipped, for three pages (scripts/size/*.js): the bundled, minified, tree-shaken
// JavaScript plus the one wasm file that a current browser fetches on a page without cross-origin isolation: kernels-relaxed.wasm,
// kernels-inference-relaxed.wasm where nothing is trained, or kernels-sequences-relaxed.wasm with the rarer layers. (An isolated page fetches kernels-relaxed-shared.wasm, which is a
// few per cent larger than the first, and, once it asks for threads, the worker's own script.)
// A page must also reach nothing of Node: no `node:` import may be left in a bundle.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const WASM = join(root, "dist/kernels/wasm");

/** Ceilings in kB of 1000 bytes, each for the JavaScript and the wasm together. */
const PAGES = [
  {
    entry: "inference.js",
    wasm: "kernels-inference-relaxed",
    what: "sluice/inference with GRU and Dense",
    ceiling: 25,
  },
  { entry: "training.js", wasm: "kernels-relaxed", what: "GRU, Dense, Adam and fit", ceiling: 60 },
  { entry: "everything.js", wasm: "kernels-sequences-relaxed", what: "all of sluice", ceiling: 120 },
];

const gzipped = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length;

/** What is imported by import() is fetched when it is first used (Vega, say); a bundler makes a chunk of its own of it. */
const fetchedWhenUsed = {
  name: "fetched-when-used",
  setup({ onResolve }) {
    onResolve({ filter: /^/ }, ({ kind, path }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
  },
};

async function bundle(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, "scripts/size", entry)],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    plugins: [fetchedWhenUsed],
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "warning",
  }).catch(() => process.exit(1)); // esbuild has printed what is wrong
  const [output] = Object.values(metafile.outputs);
  return { code: outputFiles[0].contents, output };
}

/** The source files that weigh most, for whoever has to find the kilobyte too many. */
function heaviest(output, count) {
  return Object.entries(output.inputs)
    .sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput)
    .slice(0, count)
    .map(([file, { bytesInOutput }]) => `    ${String(bytesInOutput).padStart(7)} ${file}`);
}

async function check({ entry, wasm: module, what, ceiling }) {
  const { code, output } = await bundle(entry);
  const wasm = gzipped(readFileSync(join(WASM, `${module}.wasm`)));
  const js = gzipped(code);
  const total = (js + wasm) / 1000;
  const node = output.imports.filter(({ path }) => path.startsWith("node:"));
  const problems = [];
  if (total > ceiling) problems.push(`${what}: ${total.toFixed(2)} kB, ceiling ${ceiling} kB`);
  for (const { path, kind } of node) problems.push(`${what}: the bundle still imports ${path} (${kind})`);
  const kb = (bytes) => (bytes / 1000).toFixed(2).padStart(7);
  console.log(`${what.padEnd(36)} ${kb(js)} ${kb(wasm)} ${kb(js + wasm)} ${String(ceiling).padStart(8)}`);
  if (problems.length > 0 || process.argv.includes("--verbose")) console.log(heaviest(output, 40).join("\n"));
  return problems;
}

if (!existsSync(WASM)) {
  console.error(`${WASM} is missing: run "npm run build" first`);
  process.exit(1);
}
console.log(
  `${"kB, gzipped".padEnd(36)} ${"js".padStart(7)} ${"wasm".padStart(7)} ${"total".padStart(7)} ${"ceiling".padStart(8)}`,
);
const problems = [];
for (const page of PAGES) problems.push(...(await check(page)));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
