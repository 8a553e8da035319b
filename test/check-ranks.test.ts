// The import rule's checker, on small source trees: a checker that never fails would keep nothing apart.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";

function check(files: Record<string, string>): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-ranks-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/check-ranks.mjs", folder], {
      encoding: "utf8",
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const allowed: Record<string, Record<string, string>> = {
  "a smaller rank": { "layers/gru.ts": 'import { add } from "../ops/add.js";' },
  "the same folder, deeper": { "layers/recurrent/gru.ts": 'import {\n  Layer,\n} from "../layer.js";' },
  "an entry file that imports another": { "index.ts": 'export * from "./ops.js";\nexport * from "./train/fit.js";' },
  "a dynamic node: import": { "model/save.ts": 'const fs = await import("node:fs/promises");' },
  "node: in a Node-only folder": { "runs/folder.ts": 'import { mkdir } from "node:fs/promises";' },
  "node: in a Node-only file of the core": { "format/files-node.ts": 'import { open } from "node:fs/promises";' },
  "a subpath import of a Node-only file": { "model/save.ts": 'import { writeFile } from "#files";' },
  "a package at the rim": { "interop/zip.ts": 'import { unzip } from "fflate";' },
  "the words in a comment": {
    "ops/add.ts": '// import "../model/x.js"\n/* Math.random\n import "node:fs"; */\nexport {};',
  },
};

const refused: Record<string, { files: Record<string, string>; says: RegExp }> = {
  "a greater rank": {
    files: { "ops/add.ts": '\nimport {\n  Graph,\n} from "../model/graph.js";' },
    says: /ops\/add\.ts:2: imports model\/graph\.ts: "ops" \(rank 3\) may not import from "model" \(rank 7\)/,
  },
  "an equal rank": { files: { "losses/a.ts": 'import "../schedules/b.js";' }, says: /losses\/a\.ts:1/ },
  "a type from a greater rank": {
    files: { "util/a.ts": 'import type { T } from "../tensor/t.js";' },
    says: /util\/a\.ts:1/,
  },
  "a re-export from a greater rank": {
    files: { "util/a.ts": 'export * from "../tensor/t.js";' },
    says: /util\/a\.ts:1/,
  },
  "a dynamic import of a greater rank": {
    files: { "util/a.ts": 'const t = await import("../tensor/t.js");' },
    says: /util\/a\.ts:1/,
  },
  "an entry file": { files: { "train/fit.ts": 'import { gru } from "../index.js";' }, says: /from "src"/ },
  "one kernel set in the other": {
    files: { "kernels/wasm/a.ts": 'import { gemm } from "../reference/gemm.js";' },
    says: /check each other/,
  },
  "a static node: import in the core": {
    files: { "model/save.ts": 'import fs from "node:fs";' },
    says: /static import of "node:fs"/,
  },
  "a static import of a Node-only file": {
    files: { "model/save.ts": 'import { writeFile } from "../format/files-node.js";' },
    says: /only Node can load/,
  },
  "a subpath import of a greater rank": {
    files: { "util/a.ts": 'import { readFile } from "#files";' },
    says: /util\/a\.ts:1/,
  },
  "a package in the core": { files: { "format/zip.ts": 'import { unzip } from "fflate";' }, says: /has no dependency/ },
  "Math.random": { files: { "data/shuffle.ts": "const u = Math.random();" }, says: /seeded generator/ },
  "a folder without a rank": { files: { "helpers/a.ts": "export {};" }, says: /"helpers" has no rank/ },
  "an empty folder": { files: {}, says: /0 files/ },
};

for (const [name, files] of Object.entries(allowed)) {
  test(`import ranks allow ${name}`, () => {
    const { status, output } = check(files);
    assert.equal(status, 0, output);
  });
}
for (const [name, { files, says }] of Object.entries(refused)) {
  test(`import ranks refuse ${name}`, () => {
    const { status, output } = check(files);
    assert.equal(status, 1, output);
    assert.match(output, says);
  });
}
