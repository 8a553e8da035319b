/** The page's files: a fixed list, read when the server starts. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { check } from "../../util/errors.js";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** By path, "/" for index.html. @throws SluiceError where the folder holds no page */
export function readPage(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of namesOf(folder)) {
    const type = TYPES[extname(name)] ?? "application/octet-stream";
    files.set(name === "index.html" ? "/" : `/${name}`, {
      type,
      bytes: Uint8Array.from(readFileSync(join(folder, name))),
    });
  }
  check(files.has("/"), () => `studio: ${folder} holds no index.html: build the page with \`npm run build\``);
  return files;
}

/** With "/", seen from the folder. */
function namesOf(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join("/"));
  } catch {
    return []; // what is missing is told as such
  }
}
