// `npm test`: builds, then runs every build/test/**/*.test.js under Node's own test runner.
// `npm test -- gru format/` runs only the test files whose path contains one of the words; other flags go to the runner.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const flags = process.argv.slice(2).filter((word) => word.startsWith("-"));
const words = process.argv.slice(2).filter((word) => !word.startsWith("-"));

const build = spawnSync(process.execPath, [join(root, "scripts/build.mjs"), "--tests"], { stdio: "inherit" });
if (build.status !== 0) process.exit(1);

// The list comes from test/, not from build/test: the output of a test that has been deleted since must not run.
const files = readdirSync(join(root, "test"), { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join("build/test", file.replace(/\.ts$/, ".js")))
  .filter((file) => existsSync(join(root, file)))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches ${words.join(" ")}`);
  process.exit(1);
}
// The condition makes "sluice" mean the modules that the tests import themselves; the packed tarball is tested without it.
const runner = [
  "--conditions=sluice-modules",
  "--test",
  "--test-reporter=spec",
  "--test-concurrency=2",
  "--test-timeout=300000",
  ...flags,
  ...files,
];
process.exit(spawnSync(process.execPath, runner, { cwd: root, stdio: "inherit" }).status ?? 1);
