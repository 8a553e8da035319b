/** Beside the classes, which call the operations of the same names. */
import { layerFactory } from "./factory.js";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merge.js";

/** The sum of the inputs: `add().apply([a, b])`. */
export const add = /* @__PURE__ */ layerFactory(Add);
export const subtract = /* @__PURE__ */ layerFactory(Subtract);
export const multiply = /* @__PURE__ */ layerFactory(Multiply);
export const average = /* @__PURE__ */ layerFactory(Average);
export const maximum = /* @__PURE__ */ layerFactory(Maximum);
export const minimum = /* @__PURE__ */ layerFactory(Minimum);
