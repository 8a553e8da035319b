import type { Field } from "../view.js";
import type { Labels } from "./labels.js";

/** The columns of an answer beside what tells its sample: the label and its probability, or the list of labels; then each class. */
export function answerFields({ classes, separator }: Labels): Field[] {
  const label: Field = { name: "label", type: "category", values: classes, ...(separator !== null && { list: true }) };
  const probability: Field[] = separator === null ? [{ name: "probability", type: "number" }] : [];
  return [label, ...probability, ...classes.map((name): Field => ({ name: `p_${name}`, type: "number" }))];
}
