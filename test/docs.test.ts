// The documents tell the truth: every ```ts block of the English pages is type-checked against the package by its own name and
// run; the Chinese pages hold the same code; every relative link leads to a file.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as sluice from "../src/index.js";

const root = resolve(".");
const guides = readdirSync("docs").filter((file) => file.endsWith(".md"));
/** Each English page with its Chinese twin. */
const PAGES = [
  ["README.md", "README.zh-CN.md"],
  ...guides.map((file) => [join("docs", file), join("docs/zh-CN", file)]),
] as [string, string][];

interface Program {
  name: string;
  code: string;
  /** Marked `no-run`: for a page, not for Node. */
  checkedOnly: boolean;
}

interface Block {
  flags: string;
  code: string;
}

function blocksOf(page: string): Block[] {
  const found = readFileSync(page, "utf8").matchAll(/^```ts(?<flags>.*)\n(?<code>[\s\S]*?)^```$/gm);
  return [...found].map(({ groups }) => ({ flags: groups!["flags"]!.trim(), code: groups!["code"]! }));
}

/** A block that begins with an import begins a program; the others go on with the one before. */
function programsOf(page: string): Program[] {
  const programs: Program[] = [];
  for (const { flags, code } of blocksOf(page)) {
    assert.ok(["", "no-run"].includes(flags), `${page}: a ts block is marked "${flags}"`);
    const checkedOnly = flags === "no-run";
    const last = programs.at(-1);
    if (code.startsWith("import")) {
      programs.push({ name: `${basename(page, ".md").toLowerCase()}-${programs.length + 1}`, code, checkedOnly });
    } else {
      assert.ok(last?.checkedOnly === checkedOnly, `${page}: a block goes on with no program of its kind:\n${code}`);
      last.code += `\n${code}`;
    }
  }
  return programs;
}

/** Code without its comments, which are translated. */
const bare = ({ flags, code }: Block) =>
  `${flags}\n${code.replaceAll(/(?:^|\s+)\/\/.*$/gm, "").replaceAll(/\n+/g, "\n")}`;

describe("the code in the documents", () => {
  const programs = PAGES.flatMap(([page]) => programsOf(page));
  let out = "";

  // Inside the package, so that "sluice" is the package itself.
  before(() => {
    out = mkdtempSync(join(root, "build/docs-"));
    for (const { name, code } of programs) writeFileSync(join(out, `${name}.ts`), `${code}\nexport {};\n`);
    const compilerOptions = {
      strict: true, target: "es2022", module: "nodenext", types: ["node"], skipLibCheck: true,
      lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
    }; // prettier-ignore
    writeFileSync(join(out, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  test("has the types that the package declares", () => {
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    try {
      execFileSync(process.execPath, [tsc, "-p", out], { encoding: "utf8" });
    } catch (error) {
      assert.fail((error as { stdout: string }).stdout);
    }
  });

  for (const { name, code, checkedOnly } of programs) {
    if (checkedOnly) continue;
    test(`runs: ${name}`, async () => {
      const folder = join(out, name);
      mkdirSync(folder);
      const { stdout } = await promisify(execFile)(process.execPath, [join(out, `${name}.js`)], {
        cwd: folder,
        timeout: 60_000,
      });
      const lines = stdout.split("\n");
      for (const { groups } of code.matchAll(/console\.log\(.*\); \/\/ (?<shown>.*)$/gm)) {
        assert.ok(lines.includes(groups!["shown"]!), `expected "${groups!["shown"]}" among:\n${stdout}`);
      }
    });
  }
});

describe("the examples", () => {
  // They are run from the checkout's root, whose files they name, but what they write must not stay there.
  const folder = mkdtempSync(join(tmpdir(), "sluice-examples-"));
  symlinkSync(join(root, "examples"), join(folder, "examples"), "junction");
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const file of readdirSync("examples").filter((name) => name.endsWith(".ts"))) {
    test(`${file} runs`, async () => {
      const script = join(root, "build/examples", file.replace(/\.ts$/, ".js"));
      const { stdout } = await promisify(execFile)(process.execPath, [script, "1"], { cwd: folder, timeout: 60_000 });
      assert.notEqual(stdout, "");
    });
  }
});

describe("the documents", () => {
  for (const [english, chinese] of PAGES) {
    test(`${chinese} holds the code of ${english}`, () => {
      assert.deepEqual(blocksOf(chinese).map(bare), blocksOf(english).map(bare));
    });
    for (const page of [english, chinese]) {
      test(`${page}: links lead somewhere`, () => {
        const links = [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)(?<path>[^)#\s]+)/g)];
        const targets = links.map(({ groups }) => join(dirname(page), groups!["path"]!));
        const broken = targets.filter((path) => !existsSync(path));
        assert.deepEqual(broken, []);
      });
    }
  }

  for (const page of PAGES[0]!) {
    test(`${page} names everything there is`, () => {
      const text = readFileSync(page, "utf8");
      const { layers, losses, metrics, optimizers, callbacks, schedules } = sluice;
      const lists = { layers, losses, metrics, optimizers, callbacks, schedules };
      const missing = Object.entries(lists).flatMap(([list, content]) =>
        Object.keys(content)
          .filter((name) => /^[a-z]/.test(name) && !text.includes(`\`${name}\``))
          .map((name) => `${list}.${name}`),
      );
      assert.deepEqual(missing, []);
    });
  }
});
