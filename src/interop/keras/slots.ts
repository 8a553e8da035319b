/** Where the weights of a Keras layer go. */
import type { Layer, Parameter } from "sluice";
import type { Shape } from "../../tensor/shape.js";
import { gateCount, type Cell } from "../gates.js";

/** One array of a file. */
export interface Slot {
  /** Below the layer's group in a file of Keras 3, such as "cell/vars/0". */
  readonly path: string;
  readonly shape: Shape;
  /** False for what training does not change; Keras 2 lists these last. */
  readonly trainable: boolean;
  assign(values: Float32Array): void;
}

/** The weights of a layer without parts, in Keras's order, which is Sluice's. */
export function plainSlots(layer: Layer, path = "", scale = 1): Slot[] {
  return layer.ownParameters.map((p, i) =>
    parameterSlot(p, `${path}vars/${i}`, layer.trainable, (x) => scaled(x, scale)),
  );
}

/** Factors on the gates' pre-activations, in the order of the columns; one for all where the cell has no gates. */
export type GateScales = readonly number[];

export function cellSlots(cell: Layer, kind: Cell, path: string, scales: GateScales): Slot[] {
  const gates = gateCount(kind);
  return cell.ownParameters.map((p, i) => {
    const H = p.shape.at(-1)! / gates;
    const change = (values: Float32Array) => {
      if (scales.every((factor) => factor === 1)) return values;
      return Float64Array.from(values, (value, j) => value * scales[Math.floor(j / H) % gates]!);
    };
    return parameterSlot(p, `${path}vars/${i}`, cell.trainable, change);
  });
}

export function parameterSlot(
  p: Parameter,
  path: string,
  trainable: boolean,
  change: (values: Float32Array) => ArrayLike<number> = (values) => values,
): Slot {
  return { path, shape: p.shape, trainable, assign: (values) => p.assign(change(values)) };
}

/** The same slots below another group, and frozen with the layer that holds them. */
export function below(slots: readonly Slot[], group: string, trainable = true): Slot[] {
  return slots.map((slot) => ({ ...slot, path: `${group}/${slot.path}`, trainable: slot.trainable && trainable }));
}

/** Keras's name of a class in the paths of weights: SimpleRNN → simple_rnn (keras/src/utils/naming.py). */
export function snakeCase(className: string): string {
  return className
    .replaceAll(/\W+/g, "")
    .replaceAll(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The groups of layers within one container: the class's name, then with _1, _2, … (keras/src/saving/saving_lib.py). */
export function groupNames(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const name = snakeCase(className);
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

function scaled(values: Float32Array, factor: number): ArrayLike<number> {
  return factor === 1 ? values : Float64Array.from(values, (value) => value * factor);
}
