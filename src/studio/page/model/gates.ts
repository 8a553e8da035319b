import type { WeightInfo } from "../../api/index.js";

/** Gates in the order of the columns, as the library keeps them (interop/gates.ts): z r g and i f g o. */
const ORDERS = {
  3: ["keep", "reset", "candidate"],
  4: ["input", "forget", "candidate", "output"],
} as const;

export interface GateColumns {
  readonly names: (typeof ORDERS)[keyof typeof ORDERS];
  readonly units: number;
}

/** Of a weight of a recurrent cell: which gates its columns belong to; null for any other. */
export function gatesOf({ name, shape }: WeightInfo, all: readonly WeightInfo[]): GateColumns | null {
  const cell = name.slice(0, name.lastIndexOf("/"));
  const recurrent = all.find((other) => other.name === `${cell}/recurrentKernel`);
  if (!recurrent) return null;
  const [units, columns] = recurrent.shape as [number, number];
  const gates = columns / units;
  if (shape.at(-1) !== columns || (gates !== 3 && gates !== 4)) return null;
  return { names: ORDERS[gates], units };
}
