// Builds what is published: the AssemblyScript kernels and the TypeScript of src/, both into dist/.
// `node scripts/build.mjs --tests` also compiles test/ and examples/ into build/; `--node` leaves out the kernels that only pages read, and the studio.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildWasm } from "./build-wasm.mjs";
import { bundleForNode } from "./bundle-node.mjs";
import { bundleStudio } from "./bundle-pages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function compileTypeScript(project) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, "-b", project], { cwd: root, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`tsc -b ${project} exited with ${code}`))));
  });
}

/** Compiled tests import "../src/…js": a link, not a second copy, so that they share the library's state with "sluice" itself. */
function linkSources() {
  const link = join(root, "build/src");
  for (const folder of [dirname(link), join(root, "dist")]) mkdirSync(folder, { recursive: true });
  if (!existsSync(link)) symlinkSync(join(root, "dist"), link, "junction");
}

/** A module whose source is gone must not be published, nor be found by a test that still imports it. */
function removeStale() {
  for (const file of readdirSync(join(root, "dist"), { recursive: true })) {
    const source = file.replace(/(?:\.d\.ts|\.js)$/, ".ts");
    if (source === file || /^(?:node|studio[\\/]www)[\\/]/.test(file)) continue;
    if (!existsSync(join(root, "src", source)) && !existsSync(join(root, "src", `${source}x`)))
      rmSync(join(root, "dist", file), { force: true });
  }
}

try {
  const tests = process.argv.includes("--tests");
  if (tests) linkSources();
  await Promise.all([
    buildWasm(process.argv.includes("--node")),
    compileTypeScript(tests ? "tsconfig.test.json" : "tsconfig.json"),
  ]);
  removeStale();
  rmSync(join(root, "dist/node"), { recursive: true, force: true });
  await bundleForNode();
  if (!process.argv.includes("--node")) await bundleStudio();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
