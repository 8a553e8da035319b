// Every operation against PyTorch, forward and gradient, on every kernel set.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as ops from "../../src/ops.js";
import { checkOp, readCases } from "./check-op.js";
import { runOf } from "./rows.js";

const cases = readCases("torch-ops");
for (const c of cases) test(c.name, () => checkOp(c, runOf(c.name)));

test("every public operation has a case", () => {
  const elsewhere = [
    "Tensor",
    "tensor",
    "grad",
    "valueAndGrad",
    "ctcLoss",
    "dropout",
    "dropoutMask",
    "full",
    "ones",
    "zeros",
  ]; // ops.test.ts, ctc.test.ts
  const missing = Object.keys(ops).filter(
    (name) => !elsewhere.includes(name) && !cases.some((c) => c.name.split(" ")[0] === name),
  );
  assert.deepEqual(missing, []);
});
