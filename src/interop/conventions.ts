/** The conventions that a recurrent layer of a file follows, in words. */
import type { Layer } from "sluice";
import { GATE_ORDER, type Cell, type GateSystem } from "./gates.js";
import { FORMAT_NAMES, type Format } from "./formats.js";
import type { GraphNode } from "./onnx/graph.js";

const CELLS: Readonly<Record<string, Cell>> = { GRU: "gru", LSTM: "lstm", SimpleRNN: "simpleRnn" };

/** "gru: gates r, z, g in PyTorch's order → z, r, g", and so on for this layer and those within it. */
export function layerConventions(layer: Layer, format: Format): string[] {
  const inner = layer.sublayers.flatMap((part) => layerConventions(part, format));
  const cell = CELLS[layer.className];
  if (cell === undefined) return layer.className === "Bidirectional" ? [bidirectional(layer), ...inner] : inner;
  const { activation, recurrentActivation, resetAfter, useBias, goBackwards, stateful } = layer.config as unknown as Record<string, unknown>; // prettier-ignore
  const gates = cell === "simpleRnn" ? [] : [gateOrder(cell, format), `gates ${String(recurrentActivation)}`];
  const reset = resetAfter ? "after the product, two biases" : "before the product, one bias";
  const notes = [
    ...gates,
    `output ${String(activation)}`,
    ...(cell === "gru" ? [`reset gate ${useBias ? reset : reset.replace(/,.*/, "")}`] : []),
    ...(useBias ? [] : ["no bias"]),
    ...(goBackwards ? ["runs backwards"] : []),
    ...(stateful ? ["keeps its state between batches"] : []),
  ];
  return [`${layer.name} (${layer.className}): ${notes.join("; ")}`];
}

function bidirectional(layer: Layer): string {
  return `${layer.name} (Bidirectional): directions joined by ${String((layer.config as { mergeMode?: string }).mergeMode)}`;
}

function gateOrder(cell: Cell, format: Format): string {
  const system: GateSystem = format;
  const listed = (order: string) => [...order].join(", ");
  const [theirs, ours] = [GATE_ORDER[cell][system], GATE_ORDER[cell].sluice];
  return theirs === ours
    ? `gate order ${listed(ours)}`
    : `gate order ${listed(theirs)} as in ${FORMAT_NAMES[format]}, made ${listed(ours)}`;
}

/** What a recurrent node of ONNX says of itself. */
export function nodeConventions({ label, op, attributes }: GraphNode): string[] {
  if (!["GRU", "LSTM", "RNN"].includes(op)) return [];
  const activations = attributes.has("activations") ? [`activations ${attributes.strings("activations").join(", ")}`] : []; // prettier-ignore
  const after = attributes.int("linear_before_reset", 0) !== 0;
  const notes = [
    attributes.string("direction", "forward"),
    attributes.int("layout", 0) === 1 ? "layout 1, batch first" : "layout 0, time first",
    ...(op === "GRU" ? [`reset gate ${after ? "after" : "before"} the product (linear_before_reset ${+after})`] : []),
    ...(attributes.has("clip") ? [`clip ${attributes.float("clip")}`] : []),
    ...activations,
  ];
  return [`${label}: ${notes.join("; ")}`];
}
