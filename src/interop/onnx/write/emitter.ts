import type { Shape } from "../../../tensor/shape.js";
import { nodeProto, tensorProto, valueInfo, type AttributeValue, type ElementType } from "../build.js";
import type { GraphProto, NodeProto, TensorProto, ValueInfoProto } from "../messages.js";
import type { Weight } from "./model-file.js";
import type { RawValues } from "./raw-values.js";

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** A size, or the name of one that may vary. */
export type Dimensions = readonly (number | string)[];

/** Collects the nodes, the weights, the inputs and the outputs of a graph; every value has a name of its own. */
export class Emitter {
  #nodes: NodeProto[] = [];
  readonly #weights = new Map<string, Weight>();
  readonly #constants = new Map<string, TensorProto>();
  readonly #inputs: ValueInfoProto[] = [];
  /** Names of inputs that are left out where nothing uses them. */
  readonly #optional = new Set<string>();
  readonly #outputs: { value: string; info: ValueInfoProto }[] = [];
  readonly #taken = new Set<string>();
  /** Names of weights, of each owner. */
  readonly #owned = new Map<object, Map<string, string>>();

  /** A node with one output; its name begins with the path of the layer. */
  node(path: string, operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(path, operator, inputs, [operator], attributes)[0]!;
  }

  /** A node with several outputs, which get names that end so. An input "" is left out. */
  nodes(path: string, operator: string, inputs: readonly string[], ends: readonly string[], attributes: Attributes): string[] {
    const outputs = ends.map((end) => this.#free(`${path}/${end}`));
    this.#nodes.push(nodeProto(operator, inputs, outputs, attributes));
    return outputs;
  } // prettier-ignore

  /** The name of a weight; made when its owner, a layer that may be used at several places, asks for the first time. */
  weight(owner: object, path: string, key: string, make: () => { shape: Shape; values: RawValues }): string {
    const own = this.#owned.get(owner) ?? new Map<string, string>();
    this.#owned.set(owner, own);
    const known = own.get(key);
    if (known !== undefined) return known;
    const name = this.#free(`${path}/${key}`);
    own.set(key, name);
    this.#weights.set(name, { name, ...make() });
    return name;
  }

  /** A vector of whole numbers, as axes and shapes are given. */
  ints(...values: number[]): string {
    return this.#constant(`ints/${values.join("_")}`, "int64", values, [values.length]);
  }

  /** A scalar. */
  scalar(value: number, type: ElementType = "float32"): string {
    return this.#constant(`${type}/${value}`, type, [value], []);
  }

  #constant(name: string, type: ElementType, values: number[], shape: Shape): string {
    if (!this.#constants.has(name)) this.#constants.set(name, tensorProto(name, type, values, shape));
    return name;
  }

  /** @param optional left out where nothing uses it in the end */
  input(name: string, type: ElementType, shape: Dimensions, optional = false): string {
    const free = this.#free(name);
    if (optional) this.#optional.add(free);
    this.#inputs.push(valueInfo(free, type, shape));
    return free;
  }

  /** Makes a value an output of the graph, under this name where it is free. */
  output(value: string, name: string, type: ElementType, shape: Dimensions): string {
    const free = this.#free(name);
    this.#outputs.push({ value, info: valueInfo(free, type, shape) });
    return free;
  }

  /** The graph without its weights, and those that are used. */
  finish(name: string): { graph: GraphProto; weights: Weight[] } {
    this.#nameOutputs();
    this.#prune();
    const used = new Set(this.#nodes.flatMap(({ input }) => input!));
    const graph = {
      name,
      node: this.#nodes,
      initializer: [...this.#constants.values()].filter((constant) => used.has(constant.name!)),
      input: this.#inputs.filter(({ name }) => used.has(name!) || !this.#optional.has(name!)),
      output: this.#outputs.map(({ info }) => info),
    };
    return { graph, weights: [...this.#weights.values()].filter((weight) => used.has(weight.name)) };
  }

  /** Outputs that nothing uses are left out, and nodes of which nothing is left. */
  #prune(): void {
    const used = new Set(this.#outputs.map(({ info }) => info.name!));
    const kept: NodeProto[] = [];
    for (const node of this.#nodes.toReversed()) {
      const output = node.output!.map((name) => (used.has(name) ? name : ""));
      while (output.at(-1) === "") output.pop();
      if (output.length === 0) continue;
      for (const name of node.input!) used.add(name);
      kept.push({ ...node, output });
    }
    this.#nodes = kept.reverse();
  }

  /** A value takes the name of the output that it is; where it is an input too, or a second output, it is copied. */
  #nameOutputs(): void {
    const names = new Map(this.#inputs.map(({ name }) => [name!, name!]));
    const copies: NodeProto[] = [];
    for (const { value, info } of this.#outputs) {
      const known = names.get(value);
      if (known === undefined) names.set(value, info.name!);
      else copies.push(nodeProto("Identity", [known], [info.name!]));
    }
    const named = (list: readonly string[]) => list.map((name) => names.get(name) ?? name);
    for (const node of this.#nodes) [node.input, node.output] = [named(node.input!), named(node.output!)];
    this.#nodes.push(...copies);
  }

  #free(base: string): string {
    let name = base;
    for (let i = 1; this.#taken.has(name); i++) name = `${base}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
