// The library for Node in a few files, dist/node/, beside the modules that browsers' bundlers take: 150 small modules take
// Node a tenth of a second to find and read, one file takes a hundredth. package.json names them under the condition "node".
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Modules that find files beside themselves: the wasm modules and the thread's script. */
const HOME = "kernels/wasm";

/** The one place of `import.meta.url` that the bundle knows is HOME, so no other module may use it. */
function checkHomes(dist) {
  const strangers = readdirSync(dist, { recursive: true })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".js") && !/^(node|runs)\//.test(file) && !file.startsWith(HOME))
    .filter((file) => readFileSync(join(dist, file), "utf8").includes("import.meta.url"));
  if (strangers.length > 0)
    throw new Error(`import.meta.url outside ${HOME}, which dist/node cannot have: ${strangers}`);
}

export async function bundleForNode() {
  const dist = join(root, "dist");
  checkHomes(dist);
  await build({
    absWorkingDir: root,
    entryPoints: {
      index: "dist/index.js",
      data: "dist/data/index.js",
      inference: "dist/inference.js",
      layers: "dist/layers/index.js",
      ops: "dist/ops.js",
    },
    outdir: "dist/node",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["node"],
    define: { "import.meta.url": "kernelsUrl" },
    banner: { js: `const kernelsUrl = new URL("../${HOME}/load-node.js", import.meta.url).href;` },
    logLevel: "warning",
  });
}
