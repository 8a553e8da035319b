/** All operators of the default domain that can be computed, by name. */
import type { OperatorTable } from "../operator.js";
import { BINARY } from "./binary.js";
import { CONTROL } from "./control.js";
import { PARTS } from "./parts.js";
import { PRODUCTS } from "./products.js";
import { RECURRENT } from "./recurrent.js";
import { REDUCE } from "./reduce.js";
import { SHAPE } from "./shape.js";
import { UNARY } from "./unary.js";

export const OPERATORS: OperatorTable = {
  ...BINARY,
  ...UNARY,
  ...SHAPE,
  ...PARTS,
  ...REDUCE,
  ...PRODUCTS,
  ...RECURRENT,
  ...CONTROL,
};
