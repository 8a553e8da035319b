// Bundles a page as a user's bundler would: one module for the browser, with the files that the library names by
// `new URL("./file", import.meta.url)` (the kernels, the worker's script) emitted beside it, as Vite and webpack do.
import { build, type Plugin } from "esbuild";
import { copyFileSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const ASSET = /new URL\(\s*["'](?<path>\.{1,2}\/[^"']+)["']\s*,\s*import\.meta\.url\s*,?\s*\)/g;

function assets(outDir: string, workers: Set<string>): Plugin {
  return {
    name: "assets",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
        const contents = readFileSync(path, "utf8").replace(ASSET, (_, relative: string) => {
          const file = join(dirname(path), relative);
          if (file.endsWith(".js")) workers.add(file);
          else copyFileSync(file, join(outDir, basename(file)));
          return `new URL("./${basename(file)}", import.meta.url)`;
        });
        return { contents, loader: "js" };
      });
    },
  };
}

export async function bundlePage(entry: string, outDir: string): Promise<void> {
  const workers = new Set<string>();
  const run = (entryPoint: string) =>
    build({
      entryPoints: [entryPoint],
      outdir: outDir,
      bundle: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      logLevel: "warning",
      plugins: [assets(outDir, workers)],
    });
  await run(entry);
  const done = new Set<string>();
  for (const worker of workers) {
    if (!done.has(worker)) await run(worker);
    done.add(worker);
  }
}
