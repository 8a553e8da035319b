/** What an operator of ONNX is here: a function on values, and what a node may say to it. */
import { check } from "../../util/errors.js";
import type { Attributes } from "./attributes.js";
import type { OnnxGraph } from "./graph.js";
import type { Value } from "./value.js";

export interface NodeContext {
  readonly attributes: Attributes;
  /** Version of the default operator set. */
  readonly opset: number;
  /** How many outputs the node names. */
  readonly outputs: number;
  /** Computes a graph that is an attribute, with this node's surroundings visible. */
  evaluate(graph: OnnxGraph): Value[];
}

/** A node's inputs; null where an optional one is left out. */
export type Inputs = readonly (Value | null)[];

export interface Operator {
  /** Names of all attributes that the function reads or may ignore; a node with another one is refused. */
  readonly attributes: readonly string[];
  /** Least and greatest number of inputs. */
  readonly inputs: readonly [number, number];
  run(inputs: Inputs, node: NodeContext): Value[];
}

export type OperatorTable = Readonly<Record<string, Operator>>;

export const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

/** The input at a place that the operator cannot do without. */
export function given(inputs: Inputs, at: number): Value {
  const value = inputs[at];
  check(value !== null && value !== undefined, () => `input ${at} is missing`);
  return value;
}
