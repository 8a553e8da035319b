import type { RecurrentCell } from "../layers/recurrent/cell.js";
import { check, show } from "../util/errors.js";
import { findCell, type Cells } from "./cells.js";
import type { Held } from "./traced-scan.js";
import type { Pins } from "./types.js";

/** Pins by cell, checked. */
export function readPins(pins: Pins, cells: Cells, where: string): Held {
  const held = new Map<RecurrentCell, [number, number][]>();
  for (const [layer, units] of Object.entries(pins)) {
    const cell = findCell(cells, layer, where);
    const pairs = Object.entries(units).map(([unit, value]): [number, number] => {
      return [checkUnit(cell, layer, Number(unit), where), checkValue(layer, unit, value, where)];
    });
    if (pairs.length > 0) held.set(cell, pairs);
  }
  return held;
}

export function checkUnit(cell: RecurrentCell, layer: string, unit: unknown, where: string): number {
  const units = cell.stateSizes[0]!;
  check(Number.isInteger(unit) && (unit as number) >= 0 && (unit as number) < units, () => {
    return `${where}: ${layer} has units 0 to ${units - 1}, got ${show(unit)}`;
  });
  return unit as number;
}

function checkValue(layer: string, unit: string, value: unknown, where: string): number {
  check(typeof value === "number" && Number.isFinite(value), () => {
    return `${where}: unit ${unit} of ${layer} must be held at a finite number, got ${show(value)}`;
  });
  return value;
}
