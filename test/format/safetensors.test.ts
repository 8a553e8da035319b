import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readSafetensors, writeSafetensors, type StoredTensor } from "../../src/format/safetensors.js";
import { SluiceError } from "../../src/util/errors.js";
import { Random } from "../../src/util/random.js";

/** Made by Python's safetensors 0.8.0: safetensors.numpy.save of one small array of each type, with metadata. */
const PYTHON_FILE = Buffer.from(
  "oAMAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJ3aG8iOiJzYWZldGVuc29ycyIsInRleHQiOiLPgCBcInF1b3RlZFwiIFxuIn0sInU2NCI6eyJkdHlwZSI6IlU2NCIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzAsOF19LCJpNjQiOnsiZHR5cGUiOiJJNjQiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls4LDI0XX0sImY2NCI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzI0LDQwXX0sImVtcHR5Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlswLDNdLCJkYXRhX29mZnNldHMiOls0MCw0MF19LCJmMzIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsMl0sImRhdGFfb2Zmc2V0cyI6WzQwLDU2XX0sInNjYWxhciI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbNTYsNjBdfSwidTMyIjp7ImR0eXBlIjoiVTMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNjAsNjRdfSwiaTMyIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsyLDFdLCJkYXRhX29mZnNldHMiOls2NCw3Ml19LCJiZjE2Ijp7ImR0eXBlIjoiQkYxNiIsInNoYXBlIjpbM10sImRhdGFfb2Zmc2V0cyI6WzcyLDc4XX0sImYxNiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNV0sImRhdGFfb2Zmc2V0cyI6Wzc4LDg4XX0sInUxNiI6eyJkdHlwZSI6IlUxNiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6Wzg4LDkwXX0sImkxNiI6eyJkdHlwZSI6IkkxNiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzkwLDkyXX0sImk4Ijp7ImR0eXBlIjoiSTgiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls5Miw5NF19LCJ1OCI6eyJkdHlwZSI6IlU4Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbOTQsOTZdfSwiZmxhZyI6eyJkdHlwZSI6IkJPT0wiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls5Niw5OF19fSAgBgAAAAAAAAD7/////////////38AAAAAGC1EVPshCUAAAAAAAAAAgAAAwD8AABDA5rFhfwEAAAAAAOBABQAAAAAAAID///9/wD9i/809AD7/+wEAAHxmLv//AICAfwD/AQA=",
  "base64",
);

/** A file from a header and values; the header's length can be lied about. */
function file(header: unknown, values: ArrayLike<number> = [], headerLength?: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + values.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? json.length), true);
  bytes.set(json, 8);
  bytes.set(values, 8 + json.length);
  return bytes;
}

const sample = () =>
  writeSafetensors(
    new Map<string, StoredTensor>([
      ["kernel", { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }],
      ["steps", { data: Int32Array.of(-7), shape: [] }],
      ["moments", { data: Float64Array.of(Math.PI, Number.NaN), shape: [2] }],
      ["empty", { data: new Float32Array(0), shape: [0, 3] }],
    ]),
    { format: "test", text: 'π "quoted" \n' },
  );

test("safetensors: reads what Python wrote, every type", () => {
  const { tensors, metadata } = readSafetensors(PYTHON_FILE, "python.safetensors");
  assert.deepEqual(Object.fromEntries(metadata), { who: "safetensors", text: 'π "quoted" \n' });
  const expected: [string, StoredTensor][] = [
    ["u64", { data: Int32Array.of(6), shape: [1] }],
    ["i64", { data: Int32Array.of(-5, 2147483647), shape: [2] }],
    ["f64", { data: Float64Array.of(Math.PI, -0), shape: [2] }],
    ["empty", { data: new Float32Array(0), shape: [0, 3] }],
    ["f32", { data: Float32Array.of(1.5, -2.25, 3e38, 1e-45), shape: [2, 2] }],
    ["scalar", { data: Float32Array.of(7), shape: [] }],
    ["u32", { data: Int32Array.of(5), shape: [1] }],
    ["i32", { data: Int32Array.of(-2147483648, 2147483647), shape: [2, 1] }],
    // float(np.float16(…)), float(ml_dtypes.bfloat16(…))
    ["bf16", { data: Float32Array.of(1.5, -226 * 2 ** 120, 0.10009765625), shape: [3] }],
    ["f16", { data: Float32Array.of(1.5, -65504, 5.960464477539063e-8, Infinity, 0.0999755859375), shape: [5] }],
    ["u16", { data: Int32Array.of(65535), shape: [1] }],
    ["i16", { data: Int32Array.of(-32768), shape: [1] }],
    ["i8", { data: Int32Array.of(-128, 127), shape: [2] }],
    ["u8", { data: Int32Array.of(0, 255), shape: [2] }],
    ["flag", { data: Int32Array.of(1, 0), shape: [2] }],
  ];
  assert.deepEqual([...tensors], expected);
});

test("safetensors: what is written reads back the same, at any address", () => {
  const names = fc.uniqueArray(
    fc.string({ unit: "grapheme" }).filter((name) => !/^(__proto__|constructor|prototype|__metadata__)$/.test(name)),
    { maxLength: 5 },
  );
  const data = fc.oneof(
    fc.float32Array({ maxLength: 7 }),
    fc.float64Array({ maxLength: 7 }),
    fc.int32Array({ maxLength: 7 }),
  );
  const property = fc.property(
    names,
    fc.array(data, { minLength: 5, maxLength: 5 }),
    fc.nat(9),
    (names, data, shift) => {
      const tensors = new Map(names.map((name, i) => [name, { data: data[i]!, shape: [data[i]!.length] }]));
      const metadata = Object.fromEntries(names.map((name) => [name, `${name}\u0000"\ud800`]));
      const bytes = writeSafetensors(tensors, metadata);
      const moved = new Uint8Array(bytes.length + shift).subarray(shift);
      moved.set(bytes);
      const read = readSafetensors(moved, "test");
      assert.deepEqual(Object.fromEntries(read.tensors), Object.fromEntries(tensors));
      assert.deepEqual(Object.fromEntries(read.metadata), metadata);
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test("safetensors: the file is laid out as the format says, and read in place", () => {
  const bytes = sample();
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<string, unknown>;
  assert.equal(length % 8, 0);
  assert.deepEqual(header["moments"], { dtype: "F64", shape: [2], data_offsets: [0, 16] });
  assert.deepEqual(header["kernel"], { dtype: "F32", shape: [2, 3], data_offsets: [16, 40] });
  assert.deepEqual(header["steps"], { dtype: "I32", shape: [], data_offsets: [40, 44] });
  assert.equal(bytes.length, 8 + length + 44);
  assert.equal(new DataView(bytes.buffer).getFloat32(8 + length + 16 + 8, true), 3);
  for (const { data } of readSafetensors(bytes, "test").tensors.values()) assert.equal(data.buffer, bytes.buffer);
});

test("safetensors: a file cut off at any byte is an error that names it", () => {
  for (const whole of [sample(), new Uint8Array(PYTHON_FILE)]) {
    for (let length = 0; length < whole.length; length++) {
      const act = () => readSafetensors(whole.subarray(0, length), "model.safetensors");
      assert.throws(act, { name: "SluiceError", message: /^model\.safetensors: .*(safetensors file|truncated)/s });
    }
    assert.throws(() => readSafetensors(Uint8Array.of(...whole, 0), "m"), /belong to no tensor/);
  }
});

test("safetensors: 2,000 damaged files give a valid result or a SluiceError, nothing else", () => {
  const random = new Random(1);
  const [ours, python] = [sample(), new Uint8Array(PYTHON_FILE)];
  let survived = 0;
  for (let run = 0; run < 2000; run++) {
    const bytes = (run % 2 ? ours : python).slice();
    const inHeader = Number(new DataView(bytes.buffer).getBigUint64(0, true)) + 8;
    for (let k = random.below(4); k >= 0; k--) bytes[random.below(inHeader)] = random.below(256);
    try {
      for (const { data, shape } of readSafetensors(bytes, "damaged").tensors.values()) {
        assert.equal(data.length, shape.reduce((product, n) => product * n, 1)); // prettier-ignore
      }
      survived++;
    } catch (error) {
      assert.ok(error instanceof SluiceError, String(error));
    }
  }
  assert.ok(survived > 20 && survived < 1500, `${survived} files were still valid`);
});

test("safetensors: each way of being wrong has its own error", () => {
  const tensor = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });
  const f32 = (begin: number, end: number) => tensor("F32", [(end - begin) / 4], [begin, end]);
  const wrong: [Uint8Array, RegExp][] = [
    [new Uint8Array(0), /not a safetensors file: expected 8 bytes/],
    [new TextEncoder().encode("PK\u0003\u0004 a zip archive"), /announce a header of \d+ bytes, the limit is 100000000/],
    [file({}, [], 9), /header should end at byte 17, the file at 10/],
    [file("[]"), /expected a JSON object, got \[\]/],
    [file("{"), /header: JSON: /],
    [file('{"a":1,}'), /header: JSON: /],
    [file(Buffer.from([0x7b, 0xff, 0x7d]).toString("latin1")), /header: JSON: /],
    [Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d), /expected UTF-8/],
    [file({ a: 1 }), /tensor "a": expected \{ dtype, shape, data_offsets \}, got 1/],
    [file({ a: tensor("F8_E4M3", [], [0, 1]) }, [0]), /dtype must be one of .*BF16.*, got "F8_E4M3"/],
    [file({ a: tensor("toString", [], [0, 1]) }, [0]), /dtype must be one of/],
    [file({ a: tensor("F32", [-1], [0, 4]) }, [0, 0, 0, 0]), /shape must be a list of whole numbers from 0, got \[-1\]/],
    [file({ a: tensor("F32", [1.5], [0, 6]) }, [0, 0, 0, 0, 0, 0]), /shape must be/],
    [file({ a: tensor("F32", [2 ** 40, 2 ** 40], [0, 4]) }, [0, 0, 0, 0]), /takes \d.* bytes, but its offsets are 0 to 4/],
    [file({ a: tensor("F32", [2], [0, 4]) }, [0, 0, 0, 0]), /F32 \[2\] takes 8 bytes, but its offsets are 0 to 4/],
    [file({ a: tensor("F32", [], [4, 0]) }), /takes 4 bytes, but its offsets are 4 to 0/],
    [file({ a: tensor("F32", [1], [0, 4, 8]) }), /data_offsets must be two whole numbers/],
    [file({ a: f32(0, 8), b: f32(4, 12) }, new Uint8Array(12)), /tensor "b" at offset 4 overlaps .* at offset 8/],
    [file({ a: f32(0, 8), b: f32(12, 16) }, new Uint8Array(16)), /tensor "b" at offset 12 leaves a gap after .* 8/],
    [file({ a: f32(4, 8) }, new Uint8Array(8)), /leaves a gap/],
    [file({ a: f32(0, 8) }, new Uint8Array(4)), /truncated: the tensors take 8 bytes after the header, the file has 4/],
    [file('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{}}'), /the name "a" occurs twice/],
    [file('{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), /the name "__proto__" is not allowed/],
    [file('{"a":{"dtype":"F32","shape":[0],"__proto__":{},"data_offsets":[0,0]}}'), /the name "__proto__" is not allowed, at character 32/],
    [file({ __metadata__: { a: 1 } }), /__metadata__ "a" must be a string, got 1/],
    [file({ __metadata__: [] }), /__metadata__ must be an object of strings/],
    [file(`{"a":${"[".repeat(70)}${"]".repeat(70)}}`), /nested deeper than 64 levels/],
    [file({ a: tensor("I64", [1], [0, 8]) }, [0, 0, 0, 0, 1, 0, 0, 0]), /tensor "a": value 0 is 4294967296, which int32 cannot/],
    [file({ a: tensor("U32", [1], [0, 4]) }, [255, 255, 255, 255]), /value 0 is 4294967295/],
  ]; // prettier-ignore
  for (const [bytes, message] of wrong) {
    const act = () => readSafetensors(bytes, "m.safetensors");
    assert.throws(act, { name: "SluiceError", message });
    assert.throws(act, { message: /^m\.safetensors: / });
  }
});

test("safetensors: what cannot be written is refused", () => {
  const one = (name: string, shape: number[]) => new Map([[name, { data: Float32Array.of(1), shape }]]);
  const wrong: [() => unknown, RegExp][] = [
    [() => writeSafetensors(one("a", [2])), /tensor "a" has shape \[2\] but 1 values/],
    [() => writeSafetensors(one("a", [-1, -1])), /has shape \[-1, -1\]/],
    [() => writeSafetensors(one("__metadata__", [1])), /cannot be called "__metadata__"/],
    [() => writeSafetensors(one("__proto__", [1])), /cannot be called "__proto__"/],
    [() => writeSafetensors(new Map(), { a: 1 as never }), /metadata must be strings under plain names, got 1 for "a"/],
  ];
  for (const [act, message] of wrong) assert.throws(act, { name: "SluiceError", message });
});
