// Arrow files and streams whose metadata declare what is not there: one clear error each, and no long work.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Dictionary,
  Int32,
  Null,
  RecordBatch,
  Schema,
  Field,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  makeData,
  tableFromArrays,
  tableToIPC,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { readTable } from "../../../src/data/index.js";
import { readArrowTable } from "../../../src/server/arrow/read.js";
import { Random } from "../../../src/util/random.js";
import { mutate } from "../../support/mutate.js";
import { plain } from "./support.js";

const numbers = tableFromArrays({ price: Float32Array.of(1, 2, 3), count: Int32Array.of(4, 5, 6) });
const table = new Table({
  price: numbers.getChild("price")!,
  count: numbers.getChild("count")!,
  at: vectorFromArray([0, 1e12, 2e12], new TimestampMicrosecond()),
  day: vectorFromArray(["mo", "tu", "mo"], new Dictionary(new Utf8(), new Int32())),
});
const FORMS = { file: tableToIPC(table, "file"), stream: tableToIPC(table, "stream") };

/** Without a look at the metadata some of these take minutes. */
const MOST_MS = 3000;

/** What it was refused with, in bounded time. */
async function read(bytes: Uint8Array): Promise<{ readonly refused: string | null }> {
  const begun = performance.now();
  let refused: string | null = null;
  try {
    await readTable(bytes, { format: "arrow", name: "t.arrow" });
  } catch (error) {
    refused = (error as Error).message;
    assert.equal((error as Error).name, "SluiceError", (error as Error).stack);
  }
  const ms = performance.now() - begun;
  assert.ok(ms < MOST_MS, `it took ${ms} ms`);
  return { refused };
}

for (const [form, bytes] of Object.entries(FORMS)) {
  test(`a whole ${form} is read`, async () => {
    const read = await readTable(bytes, { format: "arrow" });
    assert.deepEqual(plain(read), { price: [1, 2, 3], count: [4, 5, 6], at: [0, 1e12, 2e12], day: ["mo", "tu", "mo"] });
  });

  test(`any word of a ${form} may be a length, a count or an offset that is far too large`, async () => {
    let refused = 0;
    for (let at = 0; at + 4 <= bytes.length; at += 4)
      for (const word of [0xffffffff, 0x00ffffff]) {
        const changed = new Uint8Array(bytes);
        new DataView(changed.buffer).setUint32(at, word, true);
        refused += (await read(changed)).refused === null ? 0 : 1;
      }
    assert.ok(refused > bytes.length / 10, `${refused} were refused`);
  });

  test(`a ${form} that is damaged in several places is refused or read, in bounded time`, async () => {
    const word = fc.constantFrom(0, 1, 4, 0x10, 0xff, 0xffff, 0x00ffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff); // prettier-ignore
    const change = fc.record({ at: fc.nat({ max: bytes.length - 4 }), word, aligned: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = new Uint8Array(bytes);
        const view = new DataView(changed.buffer);
        for (const { at, word, aligned } of changes) view.setUint32(aligned ? at - (at % 4) : at, word, true);
        await read(changed);
      }),
      { numRuns: 300, seed: 8 },
    );
    const random = new Random(4);
    for (let i = 0; i < 300; i++) await read(mutate(bytes, random));
  });
}

test("a batch that a file names again and again is read once", async () => {
  const large = tableFromArrays({ price: new Float32Array(1000) });
  const small = tableFromArrays({ price: Float32Array.of(1) });
  const bytes = tableToIPC(new Table([...large.batches, ...small.batches, ...small.batches]), "file");
  assert.equal((await readTable(bytes, { format: "arrow" })).length, 1002);
  const [first, ...others] = placesOf(bytes);
  assert.equal(others.length, 2);
  const changed = new Uint8Array(bytes);
  for (const at of others) changed.copyWithin(at, first!, first! + 24);
  assert.match((await read(changed)).refused ?? "", /its batches overlap/);
});

/** Where in the footer the places of batches stand: the offset of a message that begins with its mark, and how long its metadata are. */
function placesOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - 10;
  const begin = end - view.getInt32(end, true);
  const places: number[] = [];
  for (let at = begin; at + 24 <= end; at += 4) {
    const offset = Number(view.getBigInt64(at, true));
    const isMessage = offset > 0 && offset < begin && view.getUint32(offset, true) === 0xffffffff;
    if (isMessage && view.getInt32(offset + 4, true) + 8 === view.getInt32(at + 8, true)) places.push(at);
  }
  return places;
}

test("behind the end of a stream that has no batch nothing is read", async () => {
  const end = Int32Array.of(-1, 0, -65_535, 0);
  const schema = tableToIPC(new Table(new Schema([new Field("a", new Int32(), true)])), "stream");
  const bytes = new Uint8Array([...schema.subarray(0, schema.length - 8), ...new Uint8Array(end.buffer)]);
  assert.match((await read(bytes)).refused ?? "", /has no rows/);
  await assert.rejects(readArrowTable(bytes, 10), /has no rows/);
});

test("rows that take no bytes are not made by the thousand million", async () => {
  const rows = 2_000_000_000;
  const schema = new Schema([new Field("nothing", new Null(), true)]);
  const nothing = makeData({ type: new Null(), length: rows });
  const data = makeData({ type: new Struct(schema.fields), length: rows, children: [nothing] });
  const batch = new RecordBatch(schema, data);
  for (const form of ["file", "stream"] as const) {
    const { refused } = await read(tableToIPC(new Table([batch]), form));
    assert.match(refused ?? "", /a column declares 2000000000 rows in 0 bytes/);
  }
});
