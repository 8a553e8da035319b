import assert from "node:assert/strict";
import { test } from "node:test";
import { readLines, readTable, readText } from "../../../src/data/index.js";
import { blocks, bytes, fails, packed, plain } from "./support.js";

/** "名,x\n天,1\n" in these encodings, by Python's codecs: "…".encode("gb18030"). */
const ENCODED = {
  gb18030: "c3fb2c780accec2c310a",
  big5: "a6572c780aa4d12c310a",
  shift_jis: "96bc2c780a93562c310a",
  "utf-16le": "0d542c0078000a0029592c0031000a00",
};
const unhex = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

for (const [encoding, hex] of Object.entries(ENCODED))
  test(`a table in ${encoding}`, async () => {
    const table = await readTable(blocks(unhex(hex), 3), { name: "t.csv", encoding });
    assert.deepEqual(plain(table), { 名: ["天"], x: [1] });
  });

test("UTF-16 is known by its byte-order mark", async () => {
  const swapped = unhex("feff" + ENCODED["utf-16le"].replace(/(..)(..)/g, "$2$1"));
  for (const marked of [unhex("fffe" + ENCODED["utf-16le"]), swapped])
    assert.deepEqual(plain(await readTable(marked, { name: "t.csv" })), { 名: ["天"], x: [1] });
});

test("UTF-16 without its mark is told from UTF-8", async () => {
  await fails(
    readText(unhex("61000a00")),
    'readText: bytes holds zero bytes: it is UTF-16 (give encoding: "utf-16le") or no text',
  );
});

test("bytes that are not UTF-8 are named with offset, line and what they could be", async () => {
  const broken = Uint8Array.of(...bytes("a\nb\n"), ...unhex("c3fb"), ...bytes("\nz\n"));
  for (const size of [1, 2, 3, 5, 100]) {
    const error = await readText(blocks(broken, size)).then(
      () => assert.fail(),
      (e: Error) => e,
    );
    assert.match(error.message, /^readText: bytes is not utf-8: byte 0xc3 at offset 4, line 3/, `blocks of ${size}`);
  }
  await assert.rejects(readText(broken), /it could be [^:]*gb18030[^:]*: give encoding$/);
  await assert.rejects(readText(bytes("aé").subarray(0, 2)), /it ends within a character at offset 2, line 1/);
});

test("an encoding that nobody knows is refused", async () => {
  const hint = `one that TextDecoder knows, such as "utf-8", "gb18030" or "windows-1252"`;
  await fails(readText(bytes("a"), { encoding: "utf8-x" }), `readText: encoding must be ${hint}, got "utf8-x"`);
});

test("texts and their lines, packed or not", async () => {
  assert.equal(await readText(packed("﻿a\r\nb")), "a\r\nb");
  for (const size of [1, 2, 100]) {
    const lines: unknown[] = [];
    for await (const { text, line } of readLines(blocks(bytes("a\r\n\rb\nc\r"), size))) lines.push([text, line]);
    assert.deepEqual(
      lines,
      [
        ["a", 1],
        ["", 2],
        ["b", 3],
        ["c", 4],
      ],
      `blocks of ${size}`,
    );
  }
});
