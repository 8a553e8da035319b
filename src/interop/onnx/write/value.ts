import type { ElementType } from "../build.js";
import type { Dimensions, Emitter } from "./emitter.js";

/** "batch": [B, T, …], as layers have it; "time": [T, B, …], as ONNX's recurrent operators have it. */
export type Layout = "batch" | "time";

export const other = (layout: Layout): Layout => (layout === "batch" ? "time" : "batch");

/** A value of the graph. A layer takes it in the layout that it needs; only where that is not there yet, a Transpose is added. */
export class Value {
  readonly #names = new Map<Layout, string>();

  /**
   * @param shape batch first
   * @param native the layout in which it comes to be most easily
   * @param make adds the nodes that give it in this layout; called once
   */
  constructor(
    readonly emitter: Emitter,
    readonly path: string,
    readonly type: ElementType,
    readonly shape: Dimensions,
    readonly native: Layout,
    readonly make: (layout: Layout) => string,
  ) {}

  in(layout: Layout): string {
    const name = this.#names.get(layout) ?? this.#fromOther(layout) ?? this.make(layout);
    this.#names.set(layout, name);
    return name;
  }

  #fromOther(layout: Layout): string | undefined {
    const made = this.#names.get(other(layout));
    return made === undefined ? undefined : transposed(this.emitter, this.path, made, this.shape.length);
  }
}

/** With the first two axes, batch and time, in each other's place. */
export function transposed(emitter: Emitter, path: string, name: string, rank: number): string {
  const perm = { ints: [1, 0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)] };
  return emitter.node(path, "Transpose", [name], { perm });
}

/** Which steps count. */
export interface Mask {
  /** bool [B, T] */
  readonly use: Value;
  /** int32 [B], where the steps that count are the first ones of each sequence; else null. */
  readonly lengths: string | null;
}

export interface Masked {
  readonly value: Value;
  readonly mask: Mask | null;
}
