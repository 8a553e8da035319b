// What is published, as its user gets it: packed, installed from the tarball in an empty folder, imported, type-checked and run.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve, sep } from "node:path";
import { after, before, describe, test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { command, installPackage, type Consumer } from "./support/install-package.js";

interface PackageJson {
  exports: Record<string, string | Record<string, string>>;
  imports: Record<string, Record<string, string>>;
  dependencies?: Record<string, string>;
}

const root = resolve(".");
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as PackageJson;
/** Well-kept libraries that the rim's folders may use; the numeric core has none (scripts/check-ranks.mjs). */
const RIM_LIBRARIES = ["@hono/node-server", "apache-arrow", "commander", "csv-parse", "fflate", "fft.js", "h5wasm", "hono", "hyparquet", "hyparquet-compressors", "lru-cache", "protobufjs", "vega", "vega-lite", "ws", "zod"]; // prettier-ignore
const VARIANTS = ["relaxed", "simd", "relaxed-shared", "simd-shared", "inference-relaxed", "inference-simd"];

const node = (args: readonly string[], cwd: string) => command(process.execPath, args, cwd);

describe("the packed package", () => {
  let user: Consumer;
  let consumer = "";
  let installed = "";
  let files: string[] = [];

  before(() => {
    user = installPackage();
    consumer = user.folder;
    installed = user.installed;
    files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(installed.length + 1)
          .split(sep)
          .join("/"),
      );
  });
  after(() => user.remove());

  test("holds the kernels, the licences, and no test, bench or source file", () => {
    for (const variant of VARIANTS) assert.ok(files.includes(`dist/kernels/wasm/kernels-${variant}.wasm`), variant);
    for (const file of ["LICENSE", "THIRD-PARTY.md", "README.md"]) assert.ok(files.includes(file), file);
    const foreign = files.filter(
      (file) =>
        !/^(?:dist\/.*(?:\.js|\.d\.ts|\.wasm)|dist\/studio\/www\/[\w.-]+|schema\/\w+\.json|docs\/.*\.md|(?:bench|quality)\/\w+\.md|ARCHITECTURE\.md|package\.json|README[\w.-]*|LICENSE|THIRD-PARTY\.md)$/.test(
          file,
        ),
    );
    assert.deepEqual(foreign, []);
    assert.deepEqual(
      files.filter((file) => /\.(?:test|page|bench)\./.test(file)),
      [],
    );
  });

  test("leads from its documents to documents that it holds", () => {
    for (const page of files.filter((name) => name.endsWith(".md"))) {
      const links = readFileSync(join(installed, page), "utf8").matchAll(/\]\((?!https?:)(?<path>[^)#\s]+\.md)/g);
      for (const { groups } of links) {
        const target = join(dirname(page), groups!["path"]!).split(sep).join("/");
        assert.ok(files.includes(target) || target.startsWith("examples/"), `${page} names ${target}`);
      }
    }
  });

  test("names no source map that is absent", () => {
    for (const file of files.filter((name) => name.endsWith(".js"))) {
      const map = /\/\/# sourceMappingURL=(?<map>\S+)\s*$/.exec(readFileSync(join(installed, file), "utf8"))?.groups?.[
        "map"
      ];
      if (map !== undefined) assert.ok(existsSync(join(installed, dirname(file), map)), `${file} names ${map}`);
    }
  });

  test("depends on nothing but the rim's libraries", () => {
    const foreign = Object.keys(manifest.dependencies ?? {}).filter((name) => !RIM_LIBRARIES.includes(name));
    assert.deepEqual(foreign, []);
  });

  test("holds every file that its exports and imports name", () => {
    const named = [manifest.exports, manifest.imports].flatMap((map) =>
      Object.values(map).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target))),
    );
    for (const path of named) assert.ok(files.includes(path.slice("./".length)), path);
  });

  for (const subpath of Object.keys(manifest.exports)) {
    const name = `sluice${subpath.slice(1)}`;
    test(`"${name}" can be imported`, () => {
      const json = subpath.endsWith(".json") ? ', { with: { type: "json" } }' : "";
      const script = `console.log(Object.keys(await import(${JSON.stringify(name)}${json})).length)`;
      const exported = Number(node(["--no-warnings", "--input-type=module", "--eval", script], consumer));
      assert.ok(exported > 0, `${name} exports nothing`);
    });
  }

  test("says how to install the queue's packages, which are optional, where they are asked for and missing", () => {
    const words = [join(installed, "dist/node/sluice.js"), "worker", "--redis", "redis://127.0.0.1:1"];
    assert.throws(() => node(words, consumer), /two packages that are not installed: npm install bullmq ioredis/);
  });

  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  /** Strict, with the declarations themselves checked, and without Node's types: a page's program has none. */
  const common = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [], target: "es2022" };
  for (const module of [
    { module: "nodenext", moduleResolution: "nodenext" },
    { module: "esnext", moduleResolution: "bundler" },
  ]) {
    test(`type-checks with "moduleResolution": "${module.moduleResolution}"`, () => {
      copyFileSync(join(root, "test/package/consumer.ts"), join(consumer, "consumer.ts"));
      const compilerOptions = { ...common, ...module, lib: ["es2022", "dom", "dom.asynciterable"], outDir: "." };
      writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
      node([tsc, "-p", "."], consumer);
    });
  }

  test("trains, saves, loads and predicts in a user's program", () => {
    const printed = JSON.parse(node(["consumer.js"], consumer)) as {
      loss: number;
      shape: number[];
      before: number[];
      after: number[];
    };
    assert.ok(Number.isFinite(printed.loss));
    assert.deepEqual(printed.shape, [8, 1]);
    assert.ok(new Set(printed.before).size > 1, "every row got the same prediction");
    assert.deepEqual(printed.after, printed.before);
  });

  test("satisfies publint", async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });
});
