// Columns as tasks ask for them: what cannot be computed with is refused with its place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { numbersOf, readTable } from "sluice/data";

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readTable(bytes(text), { name: "t.csv" });

test("numbers that float32 cannot hold are refused with line and column", async () => {
  const table = await read("a,b\n1,2\n3,1e39\n");
  assert.deepEqual([...numbersOf("forecast", table, "a")], [1, 3]);
  assert.throws(() => numbersOf("forecast", table, "b"), /forecast: column "b" must hold numbers up to 3.4e38, got 1e\+39 \(t.csv, line 3\)/); // prettier-ignore
  assert.deepEqual([...numbersOf("forecast", await read("a\n-3.4e38\n"), "a")], [-3.4e38]);
});

test("a name without ending may be a folder, which the message knows", async () => {
  await assert.rejects(
    readTable(bytes("a\n1\n"), { name: "clips" }),
    /give format: .*folders only those of recordings/,
  );
});
