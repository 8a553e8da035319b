// The import rule that keeps the folders of src/ apart (ARCHITECTURE.md): a file imports from its own folder or from one of a
// smaller rank; folders of equal rank never import each other. What else would break a browser bundle or a repeatable run:
// a static `node:` import outside the Node-only folders, a package imported by the numeric core, Math.random.
// Usage: node scripts/check-ranks.mjs [folder, default src]
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const RANKS = {
  util: 0,
  tensor: 1,
  distributions: 1,
  kernels: 2,
  format: 2,
  ops: 3,
  initializers: 4,
  regularizers: 4,
  constraints: 4,
  schedules: 4,
  losses: 4,
  metrics: 5,
  optimizers: 5,
  layers: 6,
  model: 7,
  train: 8,
  data: 8,
  interop: 9,
  explain: 9,
  streaming: 9,
  runs: 9,
  tasks: 10,
  distributed: 11,
  server: 12,
  studio: 13,
  cli: 14,
};
/** Files in src/ itself say what is published and so stand above every folder. */
const ENTRY_RANK = Infinity;
const NODE_FOLDERS = new Set(["data", "interop", "runs", "tasks", "distributed", "server", "studio", "cli"]);
/** In the core, a file that needs Node is named so, and is reached by a "#name" whose conditions give a browser its twin. */
const NODE_FILE = /(?:^|\/)(?:node-[\w-]+|[\w-]+-node)\.ts$/;
/** The folders whose code may rely on published packages. */
const RIM_RANK = RANKS.data;
/** Each kernel set checks the other, so neither may borrow from it. */
const STRANGERS = [["kernels/reference/", "kernels/wasm/"]];

/** "#files": { node: "./dist/format/files-node.js", … } as ["format/files-node.ts", …] */
const subpaths = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).imports ?? {}).map(
    ([name, conditions]) => [
      name,
      Object.values(conditions).map((path) => path.replace(/^\.\/dist\//, "").replace(/\.js$/, ".ts")),
    ],
  ),
);

const STATIC = /^[ \t]*(?:import|export)\s+(?<type>type\s)?(?:[^"';]*?\sfrom\s*)?["'](?<spec>[^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["'](?<spec>[^"']+)["']\s*,?\s*\)/g;

/** Blank in place of comments, so that line numbers stay. A "//" after a colon is an address inside a string. */
function withoutComments(source) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  return source.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(?<!:)\/\/.*$/gm, blank);
}

function importsOf(source) {
  const found = [];
  for (const { index, groups } of source.matchAll(STATIC)) {
    // The match may begin with the white space of earlier lines.
    found.push({ at: index, spec: groups.spec, kind: groups.type ? "type" : "static" });
  }
  for (const { index, groups } of source.matchAll(DYNAMIC))
    found.push({ at: index, spec: groups.spec, kind: "dynamic" });
  return found;
}

const folderOf = (file) => (file.includes("/") ? file.slice(0, file.indexOf("/")) : "");
const rankOf = (file) => (folderOf(file) === "" ? ENTRY_RANK : RANKS[folderOf(file)]);

function packageProblem(file, spec, kind) {
  if (spec.startsWith("node:")) {
    const allowed = kind !== "static" || NODE_FOLDERS.has(folderOf(file)) || NODE_FILE.test(file);
    return allowed
      ? undefined
      : `static import of "${spec}": browsers load this file; import it dynamically where Node is known`;
  }
  if (rankOf(file) < RIM_RANK) return `imports the package "${spec}": the numeric core has no dependency`;
  return undefined;
}

function importProblem(file, { spec, kind }) {
  if (spec in subpaths) return subpaths[spec].map((target) => folderProblem(file, target)).find(Boolean);
  if (!spec.startsWith(".")) return packageProblem(file, spec, kind);
  const target = posix.join(posix.dirname(file), spec).replace(/\.js$/, ".ts");
  if (kind === "static" && NODE_FILE.test(target) && !NODE_FOLDERS.has(folderOf(target)) && !NODE_FILE.test(file)) {
    return `static import of ${target}, which only Node can load; name it in package.json's "imports"`;
  }
  return folderProblem(file, target, spec);
}

function folderProblem(file, target, spec = target) {
  if (target.startsWith("..")) return `imports "${spec}", outside the source folder`;
  const [from, to] = [folderOf(file), folderOf(target)];
  for (const pair of STRANGERS) {
    const [a, b] = [pair.findIndex((p) => file.startsWith(p)), pair.findIndex((p) => target.startsWith(p))];
    if (a >= 0 && b >= 0 && a !== b) return `imports ${target}: the two kernel sets check each other and share nothing`;
  }
  if (from === to) return undefined;
  if (rankOf(target) === undefined) return `imports ${target}, whose folder has no rank`;
  if (rankOf(target) < rankOf(file)) return undefined;
  return `imports ${target}: "${from}" (rank ${rankOf(file)}) may not import from "${to || "src"}" (rank ${rankOf(target)})`;
}

function problemsOf(file, text) {
  const source = withoutComments(text);
  const lineAt = (index) => source.slice(0, index).split("\n").length;
  if (rankOf(file) === undefined) return [`${file}: the folder "${folderOf(file)}" has no rank`];
  const problems = [];
  for (const found of importsOf(source)) {
    const problem = importProblem(file, found);
    if (problem) problems.push(`${file}:${lineAt(found.at)}: ${problem}`);
  }
  for (const { index } of source.matchAll(/\bMath\s*\.\s*random\b/g)) {
    problems.push(`${file}:${lineAt(index)}: Math.random: randomness comes from a seeded generator that is passed in`);
  }
  return problems;
}

const folder = process.argv[2] ?? join(root, "src");
const files = readdirSync(folder, { recursive: true })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => /\.[cm]?tsx?$/.test(file))
  .sort();
const problems = files.flatMap((file) => problemsOf(file, readFileSync(join(folder, file), "utf8")));
for (const problem of problems) console.error(`${relative(root, folder) || "."}/${problem}`);
console.log(`import ranks: ${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 && files.length > 0 ? 0 : 1;
