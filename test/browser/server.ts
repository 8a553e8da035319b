// A static server on the loopback address: the bundled pages, or the library's own modules under an import map, with or without
// the headers that make a page cross-origin isolated (without them a page has no shared memory and hence no threads).
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

type Targets = Record<string, string | Record<string, string>>;

/** The package's exports and imports as a page's import map, which is how a page without a bundler finds them. */
export function importMap(): string {
  const { name, exports, imports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    name: string;
    exports: Targets;
    imports: Targets;
  };
  const address = (target: string | Record<string, string>) =>
    (typeof target === "string" ? target : target["default"]!).replace(/^\./, "");
  const entries = [
    ...Object.entries(exports).map(([key, target]) => [name + key.slice(1), address(target)]),
    ...Object.entries(imports).map(([key, target]) => [key, address(target)]),
  ];
  return JSON.stringify({ imports: Object.fromEntries(entries) as Record<string, string> });
}

const html = (script: string) =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Sluice</title>` +
  `<script type="importmap">${importMap()}</script><script type="module" src="${script}"></script>`;

/** Serves `/page?script=…` and the files below `folders`, the first that has the file. */
export async function serve(
  folders: readonly string[],
  isolated: boolean,
): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const headers = { "cache-control": "no-store", ...(isolated ? ISOLATION : {}) };
    if (pathname === "/page") {
      response
        .writeHead(200, { ...headers, "content-type": TYPES[".html"] })
        .end(html(searchParams.get("script") ?? ""));
      return;
    }
    const file = folders
      .map((folder) => join(folder, normalize(decodeURIComponent(pathname))))
      .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
    if (file === undefined) {
      response.writeHead(404, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
