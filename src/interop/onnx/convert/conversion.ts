/** A conversion in progress: values by name, and the weights of the layers that were made. */
import type { Layer, SymbolicTensor } from "sluice";
import type { Shape } from "../../../tensor/shape.js";
import { check, SluiceError } from "../../../util/errors.js";
import type { GraphNode, OnnxGraph } from "../graph.js";
import type { Value } from "../value.js";
import { activationOf } from "./elementwise.js";
import type { Known, Traced } from "./traced.js";

export interface LayerWeight {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** What is asked of a recurrent node's layer: all steps, the last one, an LSTM's last cell. */
export type Need = "sequence" | "last" | "cell";

export class Conversion {
  readonly known = new Map<string, Known>();
  readonly weights = new Map<Layer, readonly LayerWeight[]>();
  /** Nodes that have become part of an earlier node's layer. */
  readonly absorbed = new Set<GraphNode>();
  /** Which recurrent node a sequence came from. */
  readonly sequences = new Map<SymbolicTensor, GraphNode>();
  readonly #readers = new Map<string, GraphNode[]>();

  /**
   * @param needs what the first pass found that recurrent layers must give; null in that pass
   * @param found filled in the first pass
   */
  constructor(
    readonly graph: OnnxGraph,
    readonly opset: number,
    readonly needs: ReadonlyMap<GraphNode, ReadonlySet<Need>> | null,
    readonly found: Map<GraphNode, Set<Need>>,
  ) {
    for (const node of graph.nodes) {
      for (const name of node.reads) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    }
    for (const [name, value] of graph.initializers) this.known.set(name, { kind: "constant", value });
  }

  /** Tells that a value is used as it is. */
  use(value: SymbolicTensor): void {
    const node = this.sequences.get(value);
    if (node) this.note(node, "sequence");
  }

  note(node: GraphNode, need: Need): void {
    this.found.set(node, (this.found.get(node) ?? new Set<Need>()).add(need));
  }

  /** The one node that reads a value, when there is no other and it is no output. */
  onlyReader(name: string): GraphNode | undefined {
    const readers = this.#readers.get(name) ?? [];
    return readers.length === 1 && !this.graph.outputs.includes(name) ? readers[0] : undefined;
  }

  isUsed(name: string | undefined): boolean {
    return (
      name !== undefined &&
      name !== "" &&
      ((this.#readers.get(name)?.length ?? 0) > 0 || this.graph.outputs.includes(name))
    );
  }

  get(name: string | undefined): Known | null {
    return name === undefined || name === "" ? null : this.known.get(name)!;
  }

  constant(name: string | undefined): Value | null {
    const known = this.get(name);
    return known?.kind === "constant" ? known.value : null;
  }

  /** An input of a node that must be a layer's output. */
  traced(node: GraphNode, at: number): Traced {
    return this.layerOf(node.inputs[at]) ?? this.refuse(node, `its input ${at} is no output of a layer`);
  }

  /** The layer's output that a value is; an activation becomes a layer when it is first asked for. */
  layerOf(name: string | undefined): Traced | null {
    const known = this.get(name);
    if (known?.kind !== "curve") return known?.kind === "layer" ? known : null;
    const made = activationOf(this, known);
    this.known.set(name!, made);
    return made;
  }

  /** Weights that must be in the file. */
  weight(node: GraphNode, at: number): Value {
    const value = this.constant(node.inputs[at]);
    if (value === null) return this.refuse(node, `its input ${at} is computed, where a layer has weights`);
    check(value.type === "float32", () => `${node.label}: its weights are ${value.type}, a layer's are float32`);
    return value;
  }

  apply(
    layer: Layer,
    inputs: SymbolicTensor | SymbolicTensor[],
    weights: readonly LayerWeight[] = [],
  ): SymbolicTensor[] {
    for (const value of [inputs].flat()) this.use(value);
    const outputs = layer.apply(inputs, "all");
    this.weights.set(layer, weights);
    return outputs;
  }

  refuse(node: GraphNode, why: string): never {
    throw new SluiceError(`${node.label}: ${why}`);
  }
}
