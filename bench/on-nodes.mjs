/**
 * Runs the bench, or the tests, under other versions of Node: `node bench/on-nodes.mjs 22 24 26 -- --workloads W1,W4`, or with
 * `--test` in place of the bench's options. The binaries are those of the npm package `node`, kept in bench/.nodes/.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = dirname(fileURLToPath(import.meta.url));
const split = process.argv.indexOf("--");
const majors = process.argv.slice(2, split < 0 ? undefined : split);
const options = split < 0 ? [] : process.argv.slice(split + 1);

/** @param {string} major @returns {string} path of the binary, installed where it is not there yet */
function binary(major) {
  const folder = join(bench, ".nodes", major);
  const platform = `node-${process.platform}-${process.arch}`;
  const path = join(folder, "node_modules/node/node_modules", platform, "bin/node");
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, `node@${major}`];
  if (!existsSync(path)) spawnSync("npm", args, { stdio: "inherit" });
  if (!existsSync(path))
    throw new Error(`no binary of Node ${major} for ${process.platform} ${process.arch} in npm's package`);
  return path;
}

let failed = false;
for (const major of majors) {
  const node = binary(major);
  console.log(`# Node ${spawnSync(node, ["-v"], { encoding: "utf8" }).stdout.trim()}`);
  const args = options.includes("--test")
    ? [join(bench, "../scripts/test.mjs")]
    : [join(bench, "run.mjs"), "--node", node, ...options];
  failed = spawnSync(node, args, { stdio: "inherit", cwd: dirname(bench) }).status !== 0 || failed;
}
process.exitCode = failed ? 1 : 0;
