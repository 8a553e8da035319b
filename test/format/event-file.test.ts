/** Event files, read back by a decoder that shares no code with the encoder. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { crc32c } from "../../src/format/crc32c.js";
import { callbacks, layers, sequential } from "../../src/index.js";
import { normal } from "../support/data.js";
import { temporaryFolder } from "../support/temporary.js";

/** Division of polynomials, bit by bit. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test("crc32c gives the values of RFC 3720, appendix B.4, and of the catalogue of CRC algorithms", () => {
  const bytes = (make: (i: number) => number) => Uint8Array.from({ length: 32 }, (_, i) => make(i));
  assert.equal(crc32c(bytes(() => 0)), 0x8a9136aa);
  assert.equal(crc32c(bytes(() => 0xff)), 0x62a8ab43);
  assert.equal(crc32c(bytes((i) => i)), 0x46dd794e);
  assert.equal(crc32c(bytes((i) => 31 - i)), 0x113fdb5c);
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

interface Field {
  number: number;
  value: number | Uint8Array;
}

/** The fields of a protobuf message (protobuf.dev, "Encoding"). */
function fieldsOf(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const number = key >> 3;
    const type = key & 7;
    if (type === 0) fields.push({ number, value: varint() });
    else if (type === 1) fields.push({ number, value: view.getFloat64((at += 8) - 8, true) });
    else if (type === 5) fields.push({ number, value: view.getFloat32((at += 4) - 4, true) });
    else {
      assert.equal(type, 2);
      const length = varint();
      fields.push({ number, value: bytes.subarray(at, (at += length)) });
    }
  }
  return fields;
}

/** The payloads of a TFRecord file; lengths and checksums must be right and the file must end with a record. */
function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const masked = (part: Uint8Array) => {
    const crc = BigInt(slowCrc32c(part));
    return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
  };
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    assert.equal(view.getUint32(at + 8, true), masked(bytes.subarray(at, at + 8)));
    const payload = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(view.getUint32(at + 12 + length, true), masked(payload));
    records.push(payload);
    at += 16 + length;
    assert.ok(at <= bytes.length);
  }
  return records;
}

const field = (fields: Field[], number: number) => fields.find((f) => f.number === number)?.value;
const text = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

/** tag ⟶ [step, value] of an event file. */
function scalarsOf(folder: string): Map<string, [number, number][]> {
  const [name] = readdirSync(folder);
  const [first, ...rest] = recordsOf(readFileSync(join(folder, name!))).map(fieldsOf);
  assert.equal(text(field(first!, 3)), "brain.Event:2");
  const scalars = new Map<string, [number, number][]>();
  for (const event of rest) {
    const age = Date.now() / 1000 - (field(event, 1) as number);
    assert.ok(age >= 0 && age < 60, `wall time is ${age} s ago`);
    const value = fieldsOf(field(fieldsOf(field(event, 5) as Uint8Array), 1) as Uint8Array);
    const tag = text(field(value, 1));
    scalars.set(tag, [...(scalars.get(tag) ?? []), [field(event, 2) as number, field(value, 2) as number]]);
  }
  return scalars;
}

test("the files of tensorBoard hold every value of the history at its epoch, and of the batches at their steps", async () => {
  const logDir = temporaryFolder("sluice-events");
  const m = sequential([layers.dense({ units: 1, inputShape: [3] })], { seed: 1 });
  m.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["mae"] });
  const x = normal([200, 3]);
  const callback = callbacks.tensorBoard({ logDir, updateFreq: 50 });
  const y = normal([200, 1], 2);
  const { history } = await m.fit(x, y, {
    epochs: 2,
    batchSize: 1,
    verbose: 0,
    validationData: [x, y],
    callbacks: callback,
  });
  const expected = (values: number[]) => values.map((value, epoch) => [epoch, Math.fround(value)]);
  const train = scalarsOf(join(logDir, "train"));
  assert.deepEqual(train.get("epoch_loss"), expected(history.loss!));
  assert.deepEqual(train.get("epoch_mae"), expected(history.mae!));
  assert.deepEqual(train.get("epoch_learning_rate"), expected(history.learningRate!));
  assert.deepEqual(
    train.get("batch_loss")!.map(([step]) => step),
    [50, 100, 150, 200, 250, 300, 350, 400],
  ); // two bytes from 128 on
  const validation = scalarsOf(join(logDir, "validation"));
  assert.deepEqual([...validation.keys()].sort(), ["epoch_loss", "epoch_mae"]);
  assert.deepEqual(validation.get("epoch_loss"), expected(history.val_loss!));
});
