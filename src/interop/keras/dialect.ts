/** What one name means in one version of Keras and another thing in the next. */
import { check } from "../../util/errors.js";
import { checkChoice } from "../../util/checks.js";
import { ACTIVATIONS } from "../../ops/activations.js";
import type { Json } from "../../format/json.js";
import { show } from "../../util/errors.js";
import { camelCase } from "./fields.js";

/**
 * keras3 and keras2 differ in hard_sigmoid: clip(x/6 + 0.5, 0, 1) against clip(0.2x + 0.5, 0, 1), and in what a recurrent layer
 * does where its file says nothing. tfjs is keras2 with the reset gate always before the product.
 */
export type Dialect = "keras3" | "keras2" | "tfjs";

/** @param version "2.1.4", "2.15.0-tf", "3.12.4" */
export function dialectOf(version: string, where: string): Dialect {
  const major = Number(/^(\d+)\./.exec(version)?.[1] ?? Number.NaN);
  check(major === 2 || major === 3, () => {
    return `${where}: expected a file of Keras 2 or 3, got version ${show(version)}; load and save it with a newer Keras`;
  });
  return major === 3 ? "keras3" : "keras2";
}

export interface ForeignActivation {
  /** Sluice's name. */
  readonly name: string;
  /** What the argument is multiplied by to make Sluice's function the file's. */
  readonly scale: number;
}

/** clip(0.2x + 0.5) = clip((1.2x)/6 + 0.5) */
const HARD_SIGMOID_2 = 1.2;

/** @param value a name, or null for linear; anything else is the user's own function */
export function foreignActivation(value: Json | undefined, dialect: Dialect, where: string): ForeignActivation {
  if (value === null || value === undefined) return { name: "linear", scale: 1 };
  const own = typeof value === "string" ? value : customName(value);
  check(own !== undefined, () => `${where}: activation: expected a name, got ${show(value)}`);
  check(
    typeof value === "string",
    () => `${where}: activation ${show(own)} is a custom object, whose code is not in the file`,
  );
  const name = checkChoice(where, "activation", camelCase(own!), ACTIVATIONS);
  return { name, scale: name === "hardSigmoid" && dialect !== "keras3" ? HARD_SIGMOID_2 : 1 };
}

/** `{ class_name: "function", config: "my_function", registered_name: … }` */
function customName(value: Json): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { config, class_name: className } = value;
  return typeof config === "string" ? config : typeof className === "string" ? className : undefined;
}
