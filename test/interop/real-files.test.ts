// Networks that other systems trained and the layer cases of keras-js, by the program that prints their table.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";

const DATA = "../shared/data/pretrained";

async function interop(...words: string[]): Promise<string> {
  const program = ["--conditions=sluice-modules", "interop/run.mjs", ...words];
  const { stdout } = await promisify(execFile)(process.execPath, program).catch((error: { stdout: string }) => {
    return assert.fail(error.stdout);
  });
  return stdout;
}

if (!existsSync(DATA)) {
  test("what is left out is said", async () => {
    assert.match(await interop(), /^left out: everything, since .* is not here/);
  });
  test(`networks of other systems: left out, ${DATA} is not there`, { skip: true });
} else {
  const COUNTS = { "traffic-keras-h5": 3, "keras-js-fixtures": 39, "silero-vad": 2, "ml5-charrnn": 2 };
  for (const [folder, count] of Object.entries(COUNTS)) {
    test(`${folder}: every output within its bound`, async () => {
      const out = await interop(folder);
      assert.match(out, new RegExp(`^${count} compared, 0 outside of their bounds$`, "m"), out);
    });
  }
}
