// The studio's page for browsers, dist/studio/www/: src/studio/page and src/studio/ui, compiled by tsc into dist/, in a few files
// that `sluice studio` serves. What is reached by import() is a chunk of its own, fetched when it is first used.
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Style sheets lie beside the sources: tsc copies none. */
const stylesFromSource = {
  name: "styles-from-source",
  setup({ onResolve }) {
    onResolve({ filter: /^\..*\.css$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path).replace(join(root, "dist"), join(root, "src")),
    }));
  },
};

/**
 * @param {string} page the folder below src/studio that holds index.html, main.tsx and style.css
 * @param {string} out
 * @param {import("esbuild").BuildOptions} [options]
 */
export async function bundlePage(page, out, options = {}) {
  // Made elsewhere and put in place when it is whole: a studio that is running serves the old page until then.
  const made = mkdtempSync(join(tmpdir(), "sluice-page-"));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join("dist/studio", page, "main.js")],
    outdir: made,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file" },
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    conditions: ["sluice-modules"],
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
    ...options,
    plugins: [stylesFromSource, ...(options.plugins ?? [])],
  });
  const [entry, { cssBundle }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith("main.js"),
  );
  const html = readFileSync(join(root, "src/studio", page, "index.html"), "utf8");
  const names = html.replace("main.js", basename(entry)).replace("style.css", basename(cssBundle ?? "style.css"));
  writeFileSync(join(made, "index.html"), names);
  const icon = join(root, "src/studio/ui/icon.svg");
  if (existsSync(icon)) cpSync(icon, join(made, "icon.svg"));
  // The font's licence asks to be where the font is.
  cpSync(join(root, "src/studio/ui/fonts/OFL.txt"), join(made, "inter-OFL.txt"));
  rmSync(out, { recursive: true, force: true });
  cpSync(made, out, { recursive: true });
  chmodSync(out, 0o755); // a temporary folder is for its maker's eyes only
  rmSync(made, { recursive: true });
  return { entry: relative(made, join(root, entry)), metafile };
}

export function bundleStudio() {
  return bundlePage("page", join(root, "dist/studio/www"));
}
