import assert from "node:assert/strict";
import { test } from "node:test";
import { tableFromArrays, tableToIPC } from "apache-arrow";
import { readArrowTable } from "../../src/server/arrow/read.js";
import { Problem } from "../../src/server/problem.js";
import { Random } from "../../src/util/random.js";
import { mutate } from "../support/mutate.js";

const bytes = tableToIPC(
  tableFromArrays({ price: Float32Array.of(1, 2, 3), day: ["mo", "tu", "mo"], count: Int32Array.of(4, 5, 6) }),
  "stream",
);

test("a stream that is whole is read", async () => {
  const table = await readArrowTable(bytes, 10);
  assert.deepEqual(table.columns.map(({ name }) => name), ["price", "day", "count"]); // prettier-ignore
});

test("damaged streams are refused or read within milliseconds, whatever lengths they declare", async () => {
  const random = new Random(4);
  let [refused, slowest] = [0, 0];
  for (let i = 0; i < 4000; i++) {
    const damaged = mutate(bytes, random);
    const begun = performance.now();
    try {
      await readArrowTable(damaged, 1000);
    } catch (error) {
      assert.ok(error instanceof Problem, String(error));
      assert.ok(["malformed-arrow", "too-long"].includes(error.kind), error.kind);
      refused += 1;
    }
    slowest = Math.max(slowest, performance.now() - begun);
  }
  assert.ok(refused > 1000 && refused < 4000, `${refused} were refused`);
  assert.ok(slowest < 1000, `one took ${slowest} ms`);
});

test("an Arrow file in place of a stream is told apart", async () => {
  await assert.rejects(readArrowTable(tableToIPC(tableFromArrays({ a: [1] }), "file"), 10), /send the stream form/);
});
