/** Random inputs that fit two models at once. */
import { tensor, type Random, type Tensor } from "sluice";
import { check } from "../util/errors.js";
import type { Port } from "./ports.js";

/** Open sizes: one number for each name, so that what must be equal is. */
export class Sizes {
  readonly #named = new Map<string, number>();

  constructor(
    readonly batch: number,
    readonly steps: number,
  ) {}

  of(size: number | string | null, axis: number): number {
    if (typeof size === "number") return size;
    const open = axis === 0 ? this.batch : this.steps;
    if (size === null) return open;
    if (!this.#named.has(size)) this.#named.set(size, open);
    return this.#named.get(size)!;
  }
}

/** What both models are fed. */
export class Given {
  readonly #tensors = new Map<Port, Tensor>();
  #lengths: readonly number[] | null = null;

  constructor(
    readonly sizes: Sizes,
    readonly random: Random,
  ) {}

  of(port: Port): Tensor {
    return this.#tensors.get(port)!;
  }

  draw(one: Port, other: Port): void {
    const shape = this.#shapeOf(one, other);
    const bounds = [one.below, other.below].filter((below) => below !== null);
    const padding = one.padding ?? other.padding;
    // An index that stands for padding must not come up within a sequence.
    const least = padding === 0 ? 1 : 0;
    const next = () => {
      return bounds.length === 0
        ? 2 * this.random.uniform() - 1
        : least + this.random.below(Math.max(1, Math.min(...bounds) - least));
    };
    const count = shape.reduce((product, n) => product * n, 1);
    const options = { length: count };
    const data = bounds.length === 0 ? Float32Array.from(options, next) : Int32Array.from(options, next);
    if (padding !== null) this.#pad(data, shape, padding);
    const drawn = tensor(data, shape);
    this.#tensors.set(one, drawn);
    this.#tensors.set(other, drawn);
  }

  /** Sequences of several lengths: the rest is padding. The data are [B, T, …]. */
  #pad(data: Float32Array | Int32Array, [B = 1, T = 1]: readonly number[], padding: number): void {
    this.#lengths ??= Array.from({ length: B }, () => 1 + this.random.below(T));
    const size = data.length / (B * T);
    for (const [i, length] of this.#lengths.entries()) data.fill(padding, (i * T + length) * size, (i + 1) * T * size);
  }

  /** The lengths of what was padded; else any that no axis of the data is shorter than. */
  drawLengths(port: Port): void {
    const [B = this.sizes.batch] = port.shape.map((n) => this.sizes.of(n, 0));
    const T = Math.min(...[...this.#tensors.values()].flatMap(({ shape }) => shape.slice(0, 2)));
    this.#lengths ??= Array.from({ length: B }, () => 1 + this.random.below(T));
    this.#tensors.set(port, tensor(Int32Array.from(this.#lengths), [B]));
  }

  #shapeOf(one: Port, other: Port): number[] {
    const [shape, second] = one.shape.length === 0 ? [other.shape, other.shape] : [one.shape, other.shape];
    const agree = (n: Port["shape"][number], i: number) =>
      n === second[i] || typeof n !== "number" || typeof second[i] !== "number";
    const fits = second.length === 0 || (shape.length === second.length && shape.every(agree));
    const text = (list: Port["shape"]) => `[${list.map((n) => n ?? "?").join(", ")}]`;
    check(fits, () => `compare: input "${one.name}" is ${text(shape)} in one model and ${text(second)} in the other`);
    return shape.map((n, i) => this.sizes.of(typeof n === "number" ? n : (second[i] ?? n), i));
  }
}
