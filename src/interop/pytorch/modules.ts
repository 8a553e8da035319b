/**
 * The modules that a state_dict's names and shapes tell of (torch.nn documentation, "Variables" of each module):
 *
 *     nn.GRU, nn.LSTM, nn.RNN   weight_ih_l{k} [gates·H, D], weight_hh_l{k} [gates·H, H], bias_ih_l{k}, bias_hh_l{k}; "_reverse"
 *     nn.Linear                 weight [out, in], bias [out]
 *     nn.Embedding              weight [V, D]
 */
import { check, show } from "../../util/errors.js";
import type { Cell } from "../gates.js";
import type { PyTorchTensor } from "./read-pt.js";
import type { StateDict } from "./state-dict.js";

export interface RecurrentModule {
  readonly kind: "recurrent";
  readonly name: string;
  readonly cell: Cell;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  /** Features of the input. */
  readonly D: number;
  readonly H: number;
}

export interface LinearModule {
  readonly kind: "linear";
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

export interface EmbeddingModule {
  readonly kind: "embedding";
  readonly name: string;
  readonly V: number;
  readonly D: number;
}

export type TorchModule = RecurrentModule | LinearModule | EmbeddingModule;

const CELL_OF_GATES: Readonly<Record<number, Cell>> = { 1: "simpleRnn", 3: "gru", 4: "lstm" };

/** All modules, in the order of the file, which is that of their definition. @throws SluiceError naming what is not known */
export function modulesOf(file: string, weights: StateDict, embeddings: readonly string[] | undefined): TorchModule[] {
  const names = [...new Set([...weights.keys()].map((key) => key.replace(/\.?[^.]+$/, "")))];
  return names.map((name) => {
    const own = new Map([...weights].filter(([key]) => key.replace(/\.?[^.]+$/, "") === name));
    const local = new Map([...own].map(([key, tensor]) => [key.slice(name === "" ? 0 : name.length + 1), tensor]));
    return moduleOf(file, name, local, embeddings);
  });
}

function moduleOf(file: string, name: string, own: StateDict, embeddings: readonly string[] | undefined): TorchModule {
  const where = `${file}: module ${show(name)}`;
  if (own.has("weight_ih_l0")) return recurrentOf(where, name, own);
  const weight = own.get("weight");
  const known = [...own.keys()].every((key) => key === "weight" || key === "bias");
  check(weight !== undefined && known && weight.shape.length === 2, () => {
    return `${where}: no GRU, LSTM, RNN, Linear or Embedding; it holds ${[...own].map(describe).join(", ")}`;
  });
  const [rows, columns] = weight.shape as [number, number];
  const bias = own.get("bias");
  const looksLikeEmbedding = embeddings
    ? embeddings.includes(name)
    : bias === undefined && /emb|wte|lookup/i.test(name);
  if (looksLikeEmbedding) {
    check(bias === undefined, () => `${where}: an embedding has no bias`);
    return { kind: "embedding", name, V: rows, D: columns };
  }
  checkShape(where, "bias", bias, [rows]);
  return { kind: "linear", name, inputs: columns, outputs: rows, bias: bias !== undefined };
}

function recurrentOf(where: string, name: string, own: StateDict): RecurrentModule {
  const [GH, D] = own.get("weight_ih_l0")!.shape as [number, number];
  const H = own.get("weight_hh_l0")?.shape[1] ?? 0;
  const cell = CELL_OF_GATES[GH / H];
  check(cell !== undefined, () => {
    return `${where}: weight_ih_l0 has ${GH} rows and weight_hh_l0 ${H} columns; a GRU has 3, an LSTM 4, an RNN 1 times as many`;
  });
  let layers = 0;
  while (own.has(`weight_ih_l${layers}`)) layers++;
  const bidirectional = own.has("weight_ih_l0_reverse");
  const bias = own.has("bias_ih_l0");
  const expected = expectedShapes({ kind: "recurrent", name, cell, layers, bidirectional, bias, D, H });
  for (const [key, shape] of expected) checkShape(where, key, own.get(key), shape, true);
  const strange = [...own.keys()].find((key) => !expected.has(key));
  check(strange === undefined, () => {
    const hint = strange!.startsWith("weight_hr") ? " (proj_size is not supported)" : "";
    return `${where}: ${show(strange)} belongs to no layer of ${layers}${hint}`;
  });
  return { kind: "recurrent", name, cell, layers, bidirectional, bias, D, H };
}

/** The names and shapes of a recurrent module's weights, in PyTorch's order. */
export function expectedShapes({ cell, layers, bidirectional, bias, D, H }: RecurrentModule): Map<string, number[]> {
  const G = { gru: 3, lstm: 4, simpleRnn: 1 }[cell] * H;
  const shapes = new Map<string, number[]>();
  for (let k = 0; k < layers; k++) {
    for (const suffix of bidirectional ? ["", "_reverse"] : [""]) {
      shapes.set(`weight_ih_l${k}${suffix}`, [G, k === 0 ? D : bidirectional ? 2 * H : H]);
      shapes.set(`weight_hh_l${k}${suffix}`, [G, H]);
      if (!bias) continue;
      shapes.set(`bias_ih_l${k}${suffix}`, [G]);
      shapes.set(`bias_hh_l${k}${suffix}`, [G]);
    }
  }
  return shapes;
}

function checkShape(
  where: string,
  key: string,
  tensor: PyTorchTensor | undefined,
  shape: number[],
  needed = false,
): void {
  if (tensor === undefined && !needed) return;
  check(tensor !== undefined, () => `${where}: ${key} [${shape}] is missing`);
  check(String(tensor.shape) === String(shape), () => `${where}: ${key} must be [${shape}], got [${tensor.shape}]`);
}

function describe([key, { shape }]: readonly [string, PyTorchTensor]): string {
  return `${key} [${shape.join(", ")}]`;
}
