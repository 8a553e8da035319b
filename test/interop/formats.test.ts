// The content of a file tells its system, whatever its name; what no system wrote is one clear error.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { layers, sequential, SluiceError } from "sluice";
import { compareModels } from "../../src/interop/compare.js";
import { describeModelFile } from "../../src/interop/describe.js";
import { formatOf, type Format } from "../../src/interop/formats.js";
import { openAnyModel } from "../../src/interop/open.js";
import { EXPORTS, writeForeign, type ExportFormat } from "../../src/interop/write.js";

const model = sequential([layers.gru({ units: 3, inputShape: [null, 2] }), layers.dense({ units: 1 })], { seed: 1 });
const resetBefore = sequential([layers.gru({ units: 3, resetAfter: false, inputShape: [null, 2] })], { seed: 1 });
const folder = mkdtempSync(join(tmpdir(), "sluice-formats-"));
const files = new Map<Format, Uint8Array>();

before(async () => {
  for (const to of Object.keys(EXPORTS) as ExportFormat[]) {
    const [first] = await writeForeign(to === "tfjs" ? resetBefore : model, to, EXPORTS[to]);
    files.set(to, first!.bytes);
  }
  files.set("sluice", model.toBytes());
});
after(() => rmSync(folder, { recursive: true }));

test("a wrong name misleads nobody", async () => {
  for (const [format, bytes] of files) {
    for (const name of ["model.onnx", "model.h5", "model.pt", "model"]) {
      assert.equal(formatOf({ bytes, name: join(folder, name) }), format);
    }
    if (format === "tfjs") continue;
    const path = join(folder, `${format}.bin`);
    writeFileSync(path, bytes);
    assert.ok((await compareModels((await openAnyModel(path)).model, model)).difference < 1e-5, format);
  }
});

describe("what no system wrote", () => {
  test("is refused with what was expected and what came", () => {
    const bytes = new TextEncoder().encode("date,close\n");
    assert.throws(() => formatOf({ bytes, name: "prices.csv" }), {
      message: /^prices\.csv: no model that is known here: expected Keras .*; the file begins with 64 61 74 65/,
    });
  });

  test("any bytes give a format or one SluiceError", () => {
    const seeds = fc.constantFrom([0x50, 0x4b, 3, 4], [0x89, 0x48, 0x44, 0x46], [0x80, 2], [0x7b], [0x08, 0x08], []);
    fc.assert(
      fc.property(seeds, fc.uint8Array({ maxLength: 64 }), (start, rest) => {
        try {
          formatOf({ bytes: Uint8Array.from([...start, ...rest]), name: "file" });
        } catch (error) {
          assert.ok(error instanceof SluiceError, String(error));
          assert.match(error.message, /^file/);
        }
      }),
    );
  });
});

test("what cannot be opened is described by its weights and named", async () => {
  const { weights } = await import("../../src/interop/pytorch/to-pytorch.js").then(({ toPyTorch }) => toPyTorch(model));
  // "weight" is the name of a module's tensor; a module of another name is none that is known.
  const text = Buffer.from(weights).toString("latin1").replace("weight_ih_l0", "weight_iz_l0");
  const described = await describeModelFile(new Uint8Array(Buffer.from(text, "latin1")));
  assert.equal(described.format, "pytorch");
  assert.ok(described.weights.some(({ name }) => name.endsWith("weight_iz_l0")));
  assert.equal(described.unsupported.length, 1);
  assert.match(described.unsupported[0]!, /no GRU, LSTM, RNN, Linear or Embedding/);
});
