/** The recurrent cells of a model, each with the name that traces give it. */
import { activationOf, type ActivationLike } from "../ops/activations.js";
import type { Layer } from "../layers/layer.js";
import { Bidirectional } from "../layers/recurrent/bidirectional.js";
import { RecurrentCell } from "../layers/recurrent/cell.js";
import { RecurrentLayer, type RecurrentLayerConfig } from "../layers/recurrent/recurrent-layer.js";
import { TimeDistributed } from "../layers/time-distributed.js";
import type { Graph } from "../model/graph.js";
import { nearest } from "../util/checks.js";
import { check, show, SluiceError } from "../util/errors.js";
import type { TracedCell } from "./types.js";

export type Cells = ReadonlyMap<RecurrentCell, string>;

export function cellsOf(graph: Graph): Cells {
  const cells = new Map<RecurrentCell, string>();
  const visit = (layer: Layer, path: string): void => {
    if (layer instanceof RecurrentLayer) add(layer.cell as RecurrentCell, path);
    else if (layer instanceof RecurrentCell) add(layer as RecurrentCell, path);
    else if (layer instanceof Bidirectional) {
      visit(layer.forwardLayer, `${path}/forward`);
      visit(layer.backwardLayer, `${path}/backward`);
    } else for (const inner of layer.sublayers) visit(inner, path === "" ? inner.name : `${path}/${inner.name}`);
  };
  const add = (cell: RecurrentCell, path: string) => {
    if (!cells.has(cell)) cells.set(cell, path);
  };
  visit(graph, "");
  return cells;
}

/** The cell of that name. */
export function findCell(cells: Cells, name: string, where: string): RecurrentCell {
  for (const [cell, path] of cells) if (path === name) return cell;
  const names = [...cells.values()];
  const hint = nearest(String(name), names);
  const tail = hint ? `; did you mean ${show(hint)}?` : `; recurrent layers: ${names.join(", ") || "none"}`;
  throw new SluiceError(`${where}: no recurrent layer ${show(name)}${tail}`);
}

/** Whether the cell runs as a kernel call, which can be heard, or by small operations. */
export function runsInKernel(cell: RecurrentCell): boolean {
  if (cell.fused) return true;
  if (!cell.runner) return false;
  const { activation, recurrentActivation } = cell.config as Record<string, ActivationLike | undefined>;
  return [activation, recurrentActivation].every((a) => a === undefined || activationOf(a, cell.label).fused !== null);
}

/** What the kernels call the library's own cells. */
const KINDS: Readonly<Record<string, TracedCell>> = {
  GRUCell: "gru",
  GRUDCell: "gru",
  LSTMCell: "lstm",
  SimpleRNNCell: "simpleRnn",
  MinGRUCell: "minGru",
  MinLSTMCell: "minLstm",
};

/** Which signals a cell shows. */
export function kindOf(cell: RecurrentCell): TracedCell {
  return (runsInKernel(cell) && KINDS[cell.className]) || "other";
}

/** Raises an error for a stateful layer, which would carry the state of one copy of a sample on to the next. */
export function checkStateless(layer: Layer, where: string): void {
  check((layer.config as RecurrentLayerConfig).stateful !== true, () => {
    return `${where}: ${layer.label} is stateful, so its answer depends on what it has seen before; use a model of the same weights without`;
  });
  for (const inner of layer.sublayers) checkStateless(inner, where);
}

/** Whether a layer runs recurrent layers over the parts of a sample, as if they were samples. */
export function distributesCells(layer: Layer): boolean {
  if (layer instanceof TimeDistributed) return holdsCells(layer);
  return layer.sublayers.some(distributesCells);
}

function holdsCells(layer: Layer): boolean {
  return layer instanceof RecurrentCell || layer.sublayers.some(holdsCells);
}
