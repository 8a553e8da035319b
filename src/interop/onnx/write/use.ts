import type { Layer } from "sluice";
import type { TensorData } from "../../../tensor/dtype.js";
import type { Shape } from "../../../tensor/shape.js";
import { SluiceError } from "../../../util/errors.js";
import type { ElementType } from "../build.js";
import type { Attributes, Dimensions, Emitter } from "./emitter.js";
import { plain, type RawValues } from "./raw-values.js";
import type { States } from "./states.js";
import { transposed, Value, type Layout, type Mask, type Masked } from "./value.js";

/** What a whole export shares. */
export interface Export {
  readonly emitter: Emitter;
  /** int32 [B] for the masks that a layer makes of this value; null unless the caller promised right padding. */
  readonly lengthsFor: ((source: Value, path: string) => string) | null;
  readonly states: States;
}

/** One use of a layer in the graph, and what its part of the table needs to write it. */
export class Use {
  readonly emitter: Emitter;

  constructor(
    readonly shared: Export,
    readonly layer: Layer,
    /** The layer's name, behind those of the models that it is in. */
    readonly path: string,
    readonly inputs: readonly Masked[],
    /** Shapes of the outputs, batch first. */
    readonly shapes: readonly Dimensions[],
  ) {
    this.emitter = shared.emitter;
  }

  get config(): Readonly<Record<string, unknown>> {
    return this.layer.config as unknown as Readonly<Record<string, unknown>>;
  }

  get x(): Value {
    return this.inputs[0]!.value;
  }

  get mask(): Mask | null {
    return this.inputs[0]!.mask;
  }

  /** The values of the inputs as floats. */
  get floats(): Value[] {
    return this.inputs.map(({ value }) => this.cast(value, "float32"));
  }

  refuse(why: string): never {
    throw new SluiceError(`toOnnx: ${this.layer.label}: ${why}`);
  }

  node(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.emitter.node(this.path, operator, inputs, attributes);
  }

  ints(...values: number[]): string {
    return this.emitter.ints(...values);
  }

  /** A weight of this layer. */
  weight(key: string, shape: Shape, values: RawValues): string {
    return this.emitter.weight(this.layer, this.path, key, () => ({ shape, values }));
  }

  /** A weight of this layer as it is stored; undefined where the layer has none. */
  parameter(key: string): string | undefined {
    const p = this.layer.ownParameters.find(({ name }) => name === key);
    return (
      p &&
      this.weight(
        key,
        p.shape,
        plain(() => p.data, p.size),
      )
    );
  }

  /** Parameters of the layer by name. */
  stored(key: string): { read: () => TensorData; shape: Shape } {
    const p = this.layer.ownParameters.find(({ name }) => name === key)!;
    return { read: () => p.data, shape: p.shape };
  }

  /** A value that is there in one layout. */
  value(name: string, shape: Dimensions, layout: Layout = "batch", type: ElementType = "float32"): Value {
    return this.lazy(shape, layout, type, (wanted) => {
      return wanted === layout ? name : transposed(this.emitter, this.path, name, shape.length);
    });
  }

  /** A value whose nodes are added when a layout is asked for. */
  lazy(shape: Dimensions, native: Layout, type: ElementType, make: (layout: Layout) => string): Value {
    return new Value(this.emitter, this.path, type, shape, native, make);
  }

  cast(value: Value, type: ElementType): Value {
    if (value.type === type) return value;
    const to = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 }[type];
    return this.lazy(value.shape, value.native, type, (layout) => this.node("Cast", [value.in(layout)], { to }));
  }

  /** A layout in which all values are at hand. */
  layoutOf(values: readonly Value[]): Layout {
    return values.every(({ native, shape }) => native === "time" && shape.length > 2) ? "time" : "batch";
  }

  /** The first output, made of values whose batch and time axes keep their places, with the first input's mask. */
  along(values: readonly Value[], make: (names: string[]) => string, mask: Mask | null = this.mask): Masked[] {
    const layout = this.layoutOf(values);
    const name = make(values.map((value) => value.in(layout)));
    return [{ value: this.value(name, this.shapes[0]!, layout), mask }];
  }

  /** The first output, batch first and without a mask. */
  plain(name: string, type: ElementType = "float32"): Masked[] {
    return [{ value: this.value(name, this.shapes[0]!, "batch", type), mask: null }];
  }
}
