import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { VERBS } from "../../src/cli/verbs.js";
import { flagOf } from "../../src/cli/flags.js";
import { TASKS } from "../../src/tasks/registry.js";
import { runIn, workFolder } from "./program.js";

const folder = workFolder();

describe("help", () => {
  test("sluice, sluice --help and sluice help list the commands", async () => {
    const outs = [];
    for (const line of ["", "--help", "help"]) outs.push(await runIn(folder, line));
    for (const { code, out } of outs) {
      assert.equal(code, 0);
      for (const verb of Object.keys(VERBS)) assert.match(out, new RegExp(`^  ${verb} `, "m"));
    }
  });

  for (const verb of Object.keys(VERBS)) {
    test(`${verb} --help has an example, and help ${verb} is the same`, async () => {
      const [own, asked] = await Promise.all([runIn(folder, `${verb} --help`), runIn(folder, `help ${verb}`)]);
      assert.equal(own.code, 0);
      assert.match(own.out, new RegExp(`^  sluice ${verb}|^  cat .*sluice ${verb}`, "m"));
      assert.equal(own.out, asked.out);
    });
  }

  for (const [name, task] of Object.entries(TASKS)) {
    test(`train --task ${name} --help has every option of the task, with its description`, async () => {
      const { out } = await runIn(folder, `train --task ${name} --help`);
      const text = out.replaceAll(/\s+/g, " ");
      for (const [key, option] of Object.entries(task.options.shape)) {
        const [flag, no] = [flagOf(key), flagOf(key).replace("--", "--no-")];
        assert.ok(text.includes(`${flag} `) || text.includes(`${no} `), flag);
        assert.ok(text.includes((option as { description: string }).description.replaceAll(/\s+/g, " ")), key);
      }
      assert.ok(out.split("\n").every((line) => line.length <= 100 || line.startsWith("  sluice ")));
    });
  }

  test("--version is the package's", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.equal((await runIn(folder, "--version")).out.trim(), version);
  });

  test("no colours on a pipe, whatever FORCE_COLOR says", async () => {
    const { out } = await runIn(folder, "train --help", { env: { FORCE_COLOR: "1" } });
    assert.ok(!out.includes("\x1b"));
  });
});

test("help is there at once", async () => {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const begin = performance.now();
    await runIn(folder, "--help");
    times.push(performance.now() - begin);
  }
  // 150 ms on a quiet machine; tests run beside each other.
  assert.ok(Math.min(...times) < 600, times.join(", "));
});
