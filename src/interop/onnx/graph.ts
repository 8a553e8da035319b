/** GraphProto, checked whole before anything is computed: names, order, operators, tensors. */
import { check, show, SluiceError } from "../../util/errors.js";
import { LIMITS } from "../limits.js";
import { Attributes } from "./attributes.js";
import type { GraphProto, NodeProto, TensorProto, ValueInfoProto } from "./messages.js";
import type { Operator } from "./operator.js";
import { OPERATORS } from "./operators/index.js";
import { StoredTensor, valueType } from "./tensor-proto.js";
import type { ValueType } from "./value.js";

export interface GraphNode {
  /** `node "gru" (GRU)` */
  readonly label: string;
  readonly op: string;
  readonly operator: Operator;
  readonly attributes: Attributes;
  /** "" where an optional input or output is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** All names that it reads, those that its subgraphs take from outside included. */
  readonly reads: readonly string[];
}

export interface GraphInput {
  readonly name: string;
  readonly type: ValueType;
  /** A number, the name of a size that may vary, or null when the file does not say. Null as a whole: any shape. */
  readonly shape: readonly (number | string | null)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which each comes after what it reads. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, StoredTensor>;
  /** Those without an initializer. */
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  /** Names that come from a surrounding graph. */
  readonly free: readonly string[];
}

/** What is the same in a graph and its subgraphs. */
export interface GraphWorld {
  readonly where: string;
  /** External bytes by tensor, read beforehand. */
  readonly external: ReadonlyMap<TensorProto, Uint8Array>;
  /** Operators that are not known, each with its node; refused or listed by the caller. */
  readonly unsupported: string[];
}

/** @param outer names that a surrounding graph has */
export function readGraph(proto: GraphProto, world: GraphWorld, outer: ReadonlySet<string>): OnnxGraph {
  const where = `${world.where}: graph ${show(proto.name ?? "")}`;
  check((proto.sparse_initializer ?? []).length === 0, () => `${where}: sparse initializers are not supported`);
  const initializers = new Map<string, StoredTensor>();
  for (const tensor of proto.initializer ?? []) {
    const name = tensor.name ?? "";
    check(
      name !== "" && !initializers.has(name),
      () => `${where}: initializer ${show(name)} has no name or comes twice`,
    );
    initializers.set(name, storedTensor(tensor, name, world));
  }
  const inputs = (proto.input ?? [])
    .filter(({ name }) => !initializers.has(name ?? ""))
    .map((info) => inputOf(info, where));
  const known = new Set([...outer, ...initializers.keys(), ...inputs.map(({ name }) => name)]);
  const own = (proto.node ?? []).flatMap(({ output }) => output ?? []).filter((name) => name !== "");
  checkNames([...initializers.keys(), ...inputs.map(({ name }) => name), ...own], where);
  for (const name of own) check(!outer.has(name), () => `${where}: the value ${show(name)} is defined outside too`);
  const within = new Set([...known, ...own]);
  const nodes = sortNodes(
    (proto.node ?? []).map((node, i) => readNode(node, i, world, within)),
    known,
    where,
  );
  const outputs = (proto.output ?? []).map(({ name }) => name ?? "");
  check(outputs.length > 0, () => `${where}: has no outputs`);
  for (const name of outputs) check(within.has(name), () => `${where}: nothing computes its output ${show(name)}`);
  const mine = new Set([...initializers.keys(), ...inputs.map(({ name }) => name), ...own]);
  const free = new Set([...nodes.flatMap(({ reads }) => reads), ...outputs].filter((name) => !mine.has(name)));
  return { name: proto.name ?? "", nodes, initializers, inputs, outputs, free: [...free] };
}

function checkNames(names: readonly string[], where: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    check(!seen.has(name), () => `${where}: the value ${show(name)} is defined twice`);
    seen.add(name);
  }
  check(names.length <= LIMITS.nodes, () => `${where}: more than ${LIMITS.nodes} values`);
}

function storedTensor(proto: TensorProto, name: string, world: GraphWorld): StoredTensor {
  return new StoredTensor(proto, `${world.where}: tensor ${show(name)}`, world.external.get(proto));
}

/** Name, type and shape of a graph's input. */
function inputOf({ name = "", type }: ValueInfoProto, where: string): GraphInput {
  const here = `${where}: input ${show(name)}`;
  check(name !== "", () => `${where}: an input without a name`);
  const tensor = type?.tensor_type;
  check(tensor !== undefined, () => `${here}: is no tensor`);
  const shape = tensor.shape
    ? (tensor.shape.dim ?? []).map(({ dim_value, dim_param }) => dim_value ?? (dim_param ? dim_param : null))
    : null;
  check(shape === null || shape.length <= LIMITS.onnxRank, () => `${here}: ${shape!.length} axes`);
  for (const size of shape ?? []) {
    check(typeof size !== "number" || (size >= 0 && size <= LIMITS.elements), () => `${here}: a size of ${size}`);
  }
  return { name, type: valueType(tensor.elem_type, here), shape };
}

const DEFAULT_DOMAINS = ["", "ai.onnx"];
const UNKNOWN: Operator = {
  attributes: [],
  inputs: [0, Infinity],
  run: () => {
    throw new SluiceError("is not known");
  },
};

function readNode(proto: NodeProto, index: number, world: GraphWorld, within: ReadonlySet<string>): GraphNode {
  const domain = DEFAULT_DOMAINS.includes(proto.domain ?? "") ? "" : `${proto.domain}.`;
  const op = `${domain}${proto.op_type ?? ""}`;
  const label = `node ${show(proto.name || proto.output?.find((name) => name !== "") || `number ${index}`)} (${op})`;
  const where = `${world.where}: ${label}`;
  const [inputs, outputs] = [proto.input ?? [], proto.output ?? []];
  const attributes = new Attributes(
    proto.attribute ?? [],
    {
      tensor: (tensor, name) => storedTensor(tensor, `${label} ${name}`, world),
      graph: (graph) => readGraph(graph, world, within),
    },
    where,
  );
  for (const name of inputs) {
    check(name === "" || within.has(name), () => `${where}: nothing computes its input ${show(name)}`);
  }
  const reads = [...inputs.filter((name) => name !== ""), ...attributes.graphs().flatMap(({ free }) => free)];
  const operator = Object.hasOwn(OPERATORS, op) ? OPERATORS[op]! : UNKNOWN;
  if (operator === UNKNOWN) world.unsupported.push(label);
  else checkNode(operator, inputs.length, attributes, where);
  return { label, op, operator, attributes, inputs, outputs, reads };
}

function checkNode(operator: Operator, count: number, attributes: Attributes, where: string): void {
  const [least, most] = operator.inputs;
  check(count >= least && count <= most, () => {
    return `${where}: expected ${least === most ? least : `${least} to ${most}`} inputs, got ${count}`;
  });
  const unknown = attributes.names.find((name) => !operator.attributes.includes(name));
  check(unknown === undefined, () => `${where}: the attribute ${unknown} is not known`);
}

/** Kahn's algorithm. */
function sortNodes(nodes: GraphNode[], known: ReadonlySet<string>, where: string): GraphNode[] {
  const maker = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const waitsFor = new Map(nodes.map((node) => [node, 0]));
  const readers = new Map<GraphNode, GraphNode[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) {
    for (const name of new Set(node.reads)) {
      const from = maker.get(name);
      if (from === undefined || known.has(name)) continue;
      waitsFor.set(node, waitsFor.get(node)! + 1);
      readers.get(from)!.push(node);
    }
  }
  const ready = nodes.filter((node) => waitsFor.get(node) === 0);
  for (const node of ready) {
    for (const reader of readers.get(node)!) {
      const left = waitsFor.get(reader)! - 1;
      waitsFor.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  const stuck = nodes.find((node) => waitsFor.get(node)! > 0);
  check(stuck === undefined, () => `${where}: ${stuck!.label} waits for its own output: the graph has a cycle`);
  return ready;
}
