/** Every layer keeps the contract. */
import { describe, test } from "node:test";
import { CASES } from "./cases.js";
import {
  checkGradient,
  checkKernels,
  checkMask,
  checkShapes,
  checkStorage,
  checkStream,
  RIGHT_PADDED,
} from "./check-layer.js";

for (const c of CASES) {
  describe(c.name, () => {
    test("has the shapes and weights that it says", () => checkShapes(c));
    test("comes back from its configuration and from a model file", () => checkStorage(c));
    test("has the gradient of central differences", () => checkGradient(c));
    test("is the same on the fast kernels", () => checkKernels(c));
    const masks = c.steps === undefined && c.inputs.every((shape) => shape[1] === null);
    if (masks && c.mask !== "made") test("treats masks as it should", () => checkMask(c));
    if (masks && c.mask === "kept") test("has the gradient at masked steps", () => checkGradient(c, RIGHT_PADDED));
    test("runs step by step, or says why not", () => checkStream(c));
  });
}
