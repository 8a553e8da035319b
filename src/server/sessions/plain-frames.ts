/** Steps of a plain model, one that was made without a task: numbers go in and come out, by the names of inputs and outputs. */
import type { Json } from "../../format/json.js";
import type { Model } from "sluice";
import type { TensorData } from "../../tensor/dtype.js";
import { show } from "../../util/errors.js";
import { outputFields } from "../predict/array-input.js";
import { invalid, pointerStep } from "../predict/fields.js";

export class PlainFrames {
  readonly #inputs: readonly { readonly name: string; readonly width: number; readonly whole: boolean }[];
  readonly #outputs: readonly string[];
  readonly #largest: number;

  constructor(graph: Model, frameWidths: readonly number[]) {
    this.#inputs = graph.inputs.map((t, i) => ({
      name: t.node.layer.name,
      width: frameWidths[i]!,
      whole: t.dtype === "int32",
    }));
    this.#outputs = outputFields(graph).map(({ name }) => name);
    this.#largest = graph.dtype === "float64" ? Number.MAX_VALUE : 3.4028234663852886e38;
  }

  /** Null where `values` is one frame. */
  lists(values: Json): readonly Json[] | null {
    if (!Array.isArray(values)) return null;
    return this.#inputs.length === 1 ? (Array.isArray(values[0]) ? values : null) : values;
  }

  /** @throws Problem 422 with the place of what does not fit */
  write(frame: Json, to: TensorData, at: number, place: string): void {
    const [only, ...others] = this.#inputs;
    if (others.length === 0) return this.#writeInput(only!, frame, to, at, place);
    if (frame === null || typeof frame !== "object" || Array.isArray(frame))
      throw wrong(place, `expected an object of ${this.#names()}, got ${show(frame)}`);
    for (const name in frame)
      if (this.#inputs.every((input) => input.name !== name))
        throw wrong(place + pointerStep(name), `there is no input ${show(name)}; expected ${this.#names()}`);
    for (const input of this.#inputs) {
      const { name, width } = input;
      if (frame[name] === undefined) throw wrong(place + pointerStep(name), `the input ${show(name)} is missing`);
      this.#writeInput(input, frame[name], to, at, place + pointerStep(name));
      at += width;
    }
  }

  /** One step of the outputs as JSON: numbers, nested where an output has several axes, by name where there are several outputs. */
  output(outputs: TensorData, at: number, shapes: readonly (readonly number[])[]): Json {
    const all = shapes.map((shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const one = nested(outputs, at, withoutTime(shape));
      at += size;
      return one;
    });
    return all.length === 1 ? all[0]! : Object.fromEntries(this.#outputs.map((name, i) => [name, all[i]!]));
  }

  #writeInput(
    { width, whole }: { width: number; whole: boolean },
    values: Json,
    to: TensorData,
    at: number,
    place: string,
  ): void {
    const list = typeof values === "number" ? [values] : values;
    if (!Array.isArray(list) || list.length !== width)
      throw wrong(
        place,
        `expected ${width === 1 ? "a number" : `${width} numbers`}, got ${Array.isArray(list) ? list.length : show(values)}`,
      );
    for (let i = 0; i < width; i++) {
      const value = list[i]!;
      if (typeof value !== "number" || !(Math.abs(value) <= this.#largest))
        throw wrong(`${place}/${i}`, `expected a number that float32 can hold, got ${show(value)}`);
      if (whole && !Number.isInteger(value)) throw wrong(`${place}/${i}`, `expected a whole number, got ${value}`);
      to[at + i] = value;
    }
  }

  #names(): string {
    return this.#inputs.map(({ name }) => show(name)).join(", ");
  }
}

export const wrong = (pointer: string, detail: string) => invalid([{ pointer, detail }]);

/** A layer that returns sequences gives [1, features] at a step: the axis of time says nothing there. */
const withoutTime = (shape: readonly number[]) => (shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape);

function nested(data: TensorData, at: number, shape: readonly number[]): Json {
  const [n = 1, ...inner] = shape;
  if (inner.length === 0) {
    // Several times faster than Array.from of a part.
    const list = new Array<Json>(n);
    for (let i = 0; i < n; i++) list[i] = data[at + i]!;
    return list;
  }
  const size = inner.reduce((a, b) => a * b, 1);
  return Array.from({ length: n }, (_, i) => nested(data, at + i * size, inner));
}
