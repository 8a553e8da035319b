// Every command of the documents can be read: its flags exist, its values have the right types.
import assert from "node:assert/strict";
import { chdir, cwd } from "node:process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseWords } from "../../src/cli/command.js";
import { VERBS } from "../../src/cli/verbs.js";
import { workFolder } from "./program.js";

const PAGES = ["README.md", "README.zh-CN.md", ...pagesOf("docs"), ...pagesOf("docs/zh-CN")];
const texts = new Map(PAGES.map((page) => [page, readFileSync(page, "utf8")]));
const CONFIG = { task: "forecast", data: "prices.csv", target: "close", lookback: 60, units: [64, 32] };

const home = cwd();
const folder = workFolder();
before(() => {
  writeFileSync(join(folder, "run.json"), JSON.stringify(CONFIG));
  chdir(folder);
});
after(() => chdir(home));

function pagesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

/** Lines of commands, those that a backslash continues joined. */
function commandsOf(text: string): string[] {
  const joined = text.replaceAll(/\\\n\s*/g, " ");
  return [...joined.matchAll(/^(?: {4})?(?:[^\n`|]*\| )?npx sluice (.+)$/gm)].map(([, line]) => line!);
}

function wordsOf(line: string): string[] {
  const command = line.replace(/\s+#.*$/, "").replace(/ [|<>] .*$/, "");
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!);
}

for (const [page, text] of texts) {
  const commands = commandsOf(text);
  if (commands.length === 0) continue;
  test(`${page}: ${commands.length} commands`, async () => {
    for (const line of commands) {
      const [verb = "", ...words] = wordsOf(line);
      if (verb === "help" || verb.startsWith("-")) continue;
      assert.ok(Object.hasOwn(VERBS, verb), line);
      const { command } = await (await VERBS[verb]!.load()).invoke(words);
      assert.doesNotThrow(() => parseWords(command, words), line);
    }
  });
}

test("the example of a configuration is the one that is tried here", () => {
  for (const page of ["docs/command-line.md", "docs/zh-CN/command-line.md"]) {
    const [, json] = /```json\n([\s\S]*?)```/.exec(texts.get(page)!)!;
    assert.deepEqual(JSON.parse(json!), CONFIG);
  }
});
