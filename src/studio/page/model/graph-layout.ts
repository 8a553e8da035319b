/** Places for the layers of a network: data flow downwards, each layer below all that it reads. */
import type { LayerInfo } from "../../api/index.js";

export interface Place {
  readonly layer: LayerInfo;
  readonly row: number;
  /** Its middle, in widths of a box from the left. */
  readonly x: number;
}

export interface Edge {
  readonly from: Place;
  readonly to: Place;
  /** Middles of the lanes that it takes through the rows between. */
  readonly lanes: readonly number[];
}

export interface Layout {
  readonly places: readonly Place[];
  readonly edges: readonly Edge[];
  readonly rows: number;
  /** Of the widest row, in widths of a box. */
  readonly width: number;
}

/** What stands in a row: a layer, or the lane of an edge that passes. */
interface Item {
  readonly key: string;
  readonly layer: LayerInfo | null;
  readonly row: number;
  /** Keys of the items above that lead to it. */
  readonly above: string[];
  x: number;
}

const LANE_WIDTH = 0.2;

/** Row by the longest way from an input, inputs right above the first layer that reads them; in a row, near the middle of what is read. */
export function layOut(layers: readonly LayerInfo[]): Layout {
  const rowOf = rowsOf(layers);
  const items = new Map<string, Item>();
  for (const layer of layers) {
    items.set(layer.name, { key: layer.name, layer, row: rowOf.get(layer.name)!, above: [], x: 0 });
  }
  for (const { name, from } of layers) for (const source of from) if (rowOf.has(source)) addWay(items, source, name);
  const rows = Array.from({ length: Math.max(...rowOf.values()) + 1 }, (): Item[] => []);
  for (const item of items.values()) rows[item.row]!.push(item);
  const width = Math.max(...rows.map(widthOf));
  for (const row of rows) spread(row, items, width);
  const placeOf = ({ layer, row, x }: Item): Place => ({ layer: layer!, row, x });
  const places = new Map([...items.values()].filter((item) => item.layer).map((item) => [item.key, placeOf(item)]));
  const edges = layers.flatMap(({ name, from }) =>
    from.flatMap((source) => {
      const [a, b] = [places.get(source), places.get(name)!];
      if (!a) return [];
      const lanes = Array.from(
        { length: b.row - a.row - 1 },
        (_, i) => items.get(laneKey(source, name, a.row + 1 + i))!.x,
      );
      return [{ from: a, to: b, lanes }];
    }),
  );
  return { places: [...places.values()], edges, rows: rows.length, width };
}

function rowsOf(layers: readonly LayerInfo[]): Map<string, number> {
  const rowOf = new Map<string, number>();
  // Layers stand in the order in which they run: what is read is placed already.
  for (const { name, from } of layers) {
    const above = from.flatMap((source) => (rowOf.has(source) ? [rowOf.get(source)!] : []));
    rowOf.set(name, above.length === 0 ? 0 : Math.max(...above) + 1);
  }
  for (const { name, from } of layers) {
    const readers = layers.filter((other) => other.from.includes(name)).map((other) => rowOf.get(other.name)!);
    if (from.length === 0 && readers.length > 0) rowOf.set(name, Math.min(...readers) - 1);
  }
  return rowOf;
}

const laneKey = (from: string, to: string, row: number) => JSON.stringify([from, to, row]);

/** A lane in each row between two layers. */
function addWay(items: Map<string, Item>, from: string, to: string): void {
  const end = items.get(to)!;
  let above = from;
  for (let row = items.get(from)!.row + 1; row < end.row; row++) {
    const key = laneKey(from, to, row);
    items.set(key, { key, layer: null, row, above: [above], x: 0 });
    above = key;
  }
  end.above.push(above);
}

const widthOf = (row: readonly Item[]) => row.reduce((sum, { layer }) => sum + (layer ? 1 : LANE_WIDTH), 0);

/** Infinity less itself is no number. */
const order = (a: number, b: number) => (a === b ? 0 : a - b);

/** Side by side in the middle, in the order of what leads to them. */
function spread(row: readonly Item[], items: ReadonlyMap<string, Item>, width: number): void {
  const wanted = ({ above }: Item) => {
    if (above.length === 0) return Infinity; // an input that comes in late: on the right
    return above.reduce((sum, key) => sum + items.get(key)!.x, 0) / above.length;
  };
  let left = (width - widthOf(row)) / 2;
  // Lanes pass on the right of a layer that is as near.
  const sorted = [...row].sort(
    (a, b) => order(wanted(a), wanted(b)) || Number(a.layer === null) - Number(b.layer === null),
  );
  for (const item of sorted) {
    const own = item.layer ? 1 : LANE_WIDTH;
    item.x = left + own / 2;
    left += own;
  }
}
