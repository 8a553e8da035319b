import type { Layer } from "../layers/layer.js";
import type { LayerNode } from "../layers/symbolic.js";
import { sizeOf, type PartialShape } from "../tensor/shape.js";
import type { Graph } from "./graph.js";

/** Keras's table: each layer with its output shape and its number of weights; with "Connected to" when it is no chain. */
export function summarize(graph: Graph): string {
  const chain = graph.nodes.every((node) => node.inputs.length <= 1) && graph.layers.length === graph.nodes.length;
  const header = ["Layer (type)", "Output Shape", "Param #", ...(chain ? [] : ["Connected to"])];
  const seen = new Set<Layer>();
  const rows = graph.nodes.filter((node) => !chain || node.inputs.length > 0).map((node) => row(node, chain, seen));
  const total = countOf(graph.parameters);
  const trainable = countOf(graph.trainableParameters);
  return [
    `Model: "${graph.name || graph.className.toLowerCase()}"`,
    table(header, rows),
    ` Total params: ${amount(total, graph)}`,
    ` Trainable params: ${amount(trainable, graph)}`,
    ` Non-trainable params: ${amount(total - trainable, graph)}`,
  ].join("\n");
}

function row(node: LayerNode, chain: boolean, seen: Set<Layer>): string[] {
  const { layer } = node;
  const weights = seen.has(layer) ? 0 : countOf(layer.parameters);
  seen.add(layer);
  const shapes = node.outputs.map((t) => showTuple(t.shape)).join(", ");
  const cells = [`${layer.name} (${layer.className})`, shapes, weights.toLocaleString("en-US")];
  return chain ? cells : [...cells, node.inputs.map((t) => `${t.node.layer.name}[${t.index}]`).join(", ") || "-"];
}

function countOf(parameters: readonly { shape: readonly number[] }[]): number {
  return parameters.reduce((sum, p) => sum + sizeOf(p.shape), 0);
}

/** (None, 10, 64) as Keras shows it. */
function showTuple(shape: PartialShape): string {
  return `(${shape.map((n) => n ?? "None").join(", ")}${shape.length === 1 ? "," : ""})`;
}

function amount(count: number, graph: Graph): string {
  const bytes = count * (graph.dtype === "float64" ? 8 : 4);
  const size =
    bytes < 1024
      ? `${bytes}.00 B`
      : bytes < 1048576
        ? `${(bytes / 1024).toFixed(2)} KB`
        : `${(bytes / 1048576).toFixed(2)} MB`;
  return `${count.toLocaleString("en-US")} (${size})`;
}

function table(header: string[], rows: string[][]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((cells) => cells[i]!.length)) + 2);
  const line = (left: string, fill: string, middle: string, right: string) =>
    left + widths.map((width) => fill.repeat(width)).join(middle) + right;
  const text = (cells: string[], bar: string) =>
    bar +
    cells
      .map((cell, i) => (i === 2 ? ` ${cell.padStart(widths[i]! - 2)} ` : ` ${cell.padEnd(widths[i]! - 1)}`))
      .join(bar) +
    bar;
  const body = rows.map((cells) => text(cells, "│")).join(`\n${line("├", "─", "┼", "┤")}\n`);
  const parts = [line("┏", "━", "┳", "┓"), text(header, "┃"), line("┡", "━", "╇", "┩"), body, line("└", "─", "┴", "┘")];
  return parts.filter((part) => part !== "").join("\n");
}
