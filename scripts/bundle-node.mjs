// The library for Node in a few files, dist/node/, beside the modules that browsers' bundlers take: 150 small modules take
// Node a tenth of a second to find and read, one file takes a hundredth. package.json names them under the condition "node".
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");

/** What the package publishes (package.json, "exports" and "bin"): name of the file in dist/node/ and its module. */
const ENTRIES = {
  index: "dist/index.js",
  data: "dist/data/index.js",
  distributed: "dist/distributed/index.js",
  explain: "dist/explain/index.js",
  inference: "dist/inference.js",
  interop: "dist/interop/index.js",
  layers: "dist/layers/index.js",
  ops: "dist/ops.js",
  server: "dist/server/index.js",
  "server-node": "dist/server/node/index.js",
  streaming: "dist/streaming/index.js",
  studio: "dist/studio/index.js",
  tasks: "dist/tasks/index.js",
  sluice: "dist/cli/sluice.js",
};

/** A module that finds files beside itself, such as the kernels, must go on doing so from within dist/node/. */
const ownAddress = {
  name: "own-address",
  setup(bundle) {
    bundle.onLoad({ filter: /\.js$/ }, ({ path }) => {
      const place = relative(dist, path).replaceAll("\\", "/");
      if (place.startsWith("..")) return undefined;
      const own = `new URL(${JSON.stringify(`../${place}`)}, import.meta.url).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", own), loader: "js" };
    });
  },
};

export async function bundleForNode() {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).filter(([, file]) => existsSync(join(root, file)))),
    outdir: "dist/node",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    // The published packages that the rim relies on stay packages; "sluice" itself is the modules that are bundled here.
    external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    conditions: ["node", "sluice-modules"],
    plugins: [ownAddress],
    logLevel: "warning",
  });
}
