/** Computes a graph, node by node. A value goes as soon as no later node reads it. */
import { check, SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import type { GraphNode, OnnxGraph } from "./graph.js";
import { isFixed, keep } from "./prepared.js";
import { bytesOf, type Value } from "./value.js";

/** What is the same in a graph and its subgraphs. */
export interface Run {
  readonly opset: number;
  /** What errors call the file. */
  readonly where: string;
  /** Whether weights have been given in place of those of the file, so that nothing may be remembered. */
  readonly changed: boolean;
  /** Bytes of all values that exist. */
  held: number;
}

type Lookup = (name: string) => Value | undefined;

/** @param outer values of the surrounding graph */
export function runGraph(graph: OnnxGraph, inputs: ReadonlyMap<string, Value>, run: Run, outer: Lookup): Value[] {
  const values = new Map<string, Value>(inputs);
  const look: Lookup = (name) => values.get(name) ?? graph.initializers.get(name) ?? outer(name);
  const last = lastReads(graph);
  const began = run.held;
  for (const [i, node] of graph.nodes.entries()) {
    for (const [name, value] of runNode(node, run, look)) {
      values.set(name, value);
      run.held += bytesOf(value.type, value.data.length);
    }
    check(
      run.held <= LIMITS.runBytes,
      () => `${run.where}: ${node.label}: more than ${LIMITS.runBytes} bytes of values`,
    );
    for (const name of last.get(i) ?? []) {
      const value = values.get(name);
      if (value && values.delete(name)) run.held -= bytesOf(value.type, value.data.length);
    }
  }
  run.held = began;
  return graph.outputs.map((name) => look(name)!);
}

/** What nodes gave whose inputs are weights alone: exporters leave many of them, and they give the same each time. */
const remembered = new WeakMap<GraphNode, Value[]>();
/** Larger results are computed anew, so that a small file cannot ask for much memory that stays. */
const REMEMBERED_BYTES = 1e7;

function runNode(node: GraphNode, run: Run, look: Lookup): [string, Value][] {
  const known = run.changed ? undefined : remembered.get(node);
  const results = known ?? compute(node, run, look);
  return node.outputs.flatMap((name, i) => (name === "" ? [] : [[name, results[i]!] as [string, Value]]));
}

function compute(node: GraphNode, run: Run, look: Lookup): Value[] {
  try {
    const inputs = node.inputs.map((name) => (name === "" ? null : look(name)!));
    const results = node.operator.run(inputs, {
      attributes: node.attributes,
      opset: run.opset,
      outputs: node.outputs.length,
      evaluate: (graph) => runGraph(graph, new Map(), run, look),
    });
    check(results.length >= node.outputs.length, () => {
      return `has ${node.outputs.length} outputs, the operator ${results.length}`;
    });
    const bytes = results.reduce((sum, { type, data }) => sum + bytesOf(type, data.length), 0);
    if (!run.changed && bytes <= REMEMBERED_BYTES && node.reads.every((name) => isFixed(look(name)!))) {
      keep(results);
      remembered.set(node, results);
    }
    return results;
  } catch (cause) {
    throw new SluiceError(`${run.where}: ${node.label}: ${(cause as Error).message}`, { cause });
  }
}

const plans = new WeakMap<OnnxGraph, Map<number, string[]>>();

/** Which own values can go after node i. Outputs stay, and so does what a node reads that no node of this graph makes. */
function lastReads(graph: OnnxGraph): ReadonlyMap<number, readonly string[]> {
  const known = plans.get(graph);
  if (known) return known;
  const last = new Map<string, number>();
  for (const [i, node] of graph.nodes.entries()) {
    for (const name of [...node.reads, ...node.outputs]) if (name !== "") last.set(name, i);
  }
  const plan = new Map<number, string[]>();
  const own = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  for (const [name, i] of last) {
    if (graph.outputs.includes(name) || !own.has(name)) continue;
    plan.set(i, [...(plan.get(i) ?? []), name]);
  }
  plans.set(graph, plan);
  return plan;
}
