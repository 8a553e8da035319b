// `npm run build:playground`: the playground as static files, build/playground/. Addresses are relative, so that the folder works on
// any static server and below any path. `node scripts/build-playground.mjs DIR` writes elsewhere; `npm run build` must have run.
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bundlePage } from "./bundle-pages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PLACED = /new URL\(\s*["'](?<path>\.{1,2}\/[^"']+)["']\s*,\s*import\.meta\.url\s*,?\s*\)/g;
const WORKER = join(root, "dist/studio/playground/worker.js");

/** Files that modules name by `new URL("./file", import.meta.url)` get the names that they have in the bundle. */
function placedFiles(nameOf) {
  return {
    name: "placed-files",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (!text.includes("import.meta.url")) return undefined;
        const imports = [];
        const contents = text.replace(PLACED, (whole, file) => {
          const place = nameOf(join(dirname(path), file));
          if (place !== null) return `new URL("./${place}", import.meta.url)`;
          if (!file.endsWith(".wasm")) return whole; // the script of threads: the playground computes on one
          imports.push(`import placed${imports.length} from ${JSON.stringify(file)};`);
          return `new URL(placed${imports.length - 1}, import.meta.url)`;
        });
        return { contents: imports.join("\n") + contents, loader: "js", resolveDir: dirname(path) };
      });
    },
  };
}

/** The worker and the kernels that it may fetch, as files to write. */
async function bundleWorker() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [WORKER],
    outdir: "/",
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".wasm": "file" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["sluice-modules"],
    legalComments: "none",
    write: false,
    logLevel: "warning",
    plugins: [placedFiles(() => null)],
  });
  return outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
}

/** What of other people is in the bundle, with their licences in full. */
function thirdParty() {
  const packages = ["preact", "@preact/signals", "@preact/signals-core", "uplot"];
  const licences = packages.map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
    return `${name} ${version}, ${license}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  const font = `Inter (fonts), SIL Open Font License 1.1\n\n${readFileSync(join(root, "src/studio/ui/fonts/OFL.txt"), "utf8").trim()}\n`;
  const own = `Sluice, MIT\n\n${readFileSync(join(root, "LICENSE"), "utf8").trim()}\n`;
  const kernels =
    "The kernels (*.wasm) are compiled by AssemblyScript (Apache-2.0, The AssemblyScript Authors), whose standard library they call.\n";
  return [own, kernels, ...licences, font].join(`\n${"-".repeat(78)}\n\n`);
}

/** @param {string} [out] the folder; what is in it goes */
export async function buildPlayground(out = join(root, "build/playground")) {
  if (!existsSync(join(root, "dist/studio/playground/main.js"))) throw new Error(`run "npm run build" first`);
  const files = await bundleWorker();
  const worker = files.find(({ name }) => name.endsWith(".js")).name;
  const plugins = [placedFiles((file) => (file === WORKER ? worker : null))];
  await bundlePage("playground", out, { splitting: false, legalComments: "none", plugins });
  for (const { name, contents } of files) writeFileSync(join(out, name), contents);
  writeFileSync(join(out, "THIRD-PARTY.txt"), thirdParty());
  return out;
}

/** Gzipped kB of what a current browser fetches before the first picture, file by file. */
export function firstLoad(out) {
  const fetched = readdirSync(out).filter((file) => {
    if (file.endsWith(".wasm")) return /^kernels-relaxed-[A-Z0-9]+\.wasm$/.test(file);
    return /\.(?:html|js|css|svg|woff2)$/.test(file);
  });
  const size = (file) =>
    file.endsWith(".woff2") ? statSync(join(out, file)).size : gzipSync(readFileSync(join(out, file))).length;
  return fetched.map((file) => ({ file, kilobytes: size(file) / 1000 }));
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const out = await buildPlayground(process.argv[2] && resolve(process.argv[2]));
  const files = firstLoad(out);
  for (const { file, kilobytes } of files) console.log(`${kilobytes.toFixed(1).padStart(8)} kB  ${file}`);
  const total = files.reduce((sum, { kilobytes }) => sum + kilobytes, 0);
  console.log(
    `${total.toFixed(1).padStart(8)} kB  gzipped, before the first picture; ${relative(process.cwd(), out) || "."}`,
  );
}
