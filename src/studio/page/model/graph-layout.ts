/** Places for the layers of a network: data flow downwards, each layer below all that it reads. */
import type { LayerInfo } from "../../api.js";

export interface Place {
  readonly layer: LayerInfo;
  /** Row, and column in parts of the width. */
  readonly row: number;
  readonly x: number;
}

export interface Edge {
  readonly from: Place;
  readonly to: Place;
}

export interface Layout {
  readonly places: readonly Place[];
  readonly edges: readonly Edge[];
  readonly rows: number;
  /** Of the widest row. */
  readonly columns: number;
}

/** Row by the longest way from an input; in a row, near the middle of what is read. */
export function layOut(layers: readonly LayerInfo[]): Layout {
  const rowOf = new Map<string, number>();
  // Layers stand in the order in which they run: what is read is placed already.
  for (const { name, from } of layers) {
    const above = from.flatMap((source) => (rowOf.has(source) ? [rowOf.get(source)!] : []));
    rowOf.set(name, above.length === 0 ? 0 : Math.max(...above) + 1);
  }
  const rows: LayerInfo[][] = [];
  for (const layer of layers) (rows[rowOf.get(layer.name)!] ??= []).push(layer);
  const placed = new Map<string, Place>();
  rows.forEach((row, r) => {
    const wanted = ({ from }: LayerInfo) => {
      const xs = from.flatMap((source) => (placed.has(source) ? [placed.get(source)!.x] : []));
      return xs.length === 0 ? 0.5 : xs.reduce((a, b) => a + b) / xs.length;
    };
    const sorted = [...row].sort((a, b) => wanted(a) - wanted(b));
    sorted.forEach((layer, i) => placed.set(layer.name, { layer, row: r, x: (i + 0.5) / sorted.length }));
  });
  const places = [...placed.values()];
  const edges = places.flatMap((to) =>
    to.layer.from.flatMap((source) => (placed.has(source) ? [{ from: placed.get(source)!, to }] : [])),
  );
  return { places, edges, rows: rows.length, columns: Math.max(...rows.map(({ length }) => length)) };
}
