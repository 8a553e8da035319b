import { descending, unitActivity, unitClusters } from "../../../explain/unit-order.js";
import type { Maybe } from "../../api/index.js";
import type { SeenLayer } from "./seen.js";

export const ORDERS = ["number", "activity", "effect", "cluster"] as const;

export type Order = (typeof ORDERS)[number];

/** Units of a layer from top to bottom; by number where what the order needs is not there yet. */
export function unitsInOrder(layer: SeenLayer, order: Order, changes: readonly Maybe[] | null): readonly number[] {
  const { units, steps, signals } = layer;
  const numbered = Array.from({ length: units }, (_, j) => j);
  const state = signals.get("state");
  if (!state || order === "number") return numbered;
  if (order === "activity") return descending(unitActivity(state, steps, units));
  if (order === "cluster") return unitClusters(state, steps, units);
  return changes?.length === units ? descending(changes.map((change) => Math.abs(change ?? 0))) : numbered;
}
