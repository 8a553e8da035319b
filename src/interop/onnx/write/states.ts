import type { Layer } from "sluice";
import type { Dimensions, Emitter } from "./emitter.js";

/** A state that a program carries from one run to the next: what came out goes in again; at first zeros. */
export interface CarriedState {
  readonly input: string;
  readonly output: string;
  /** Path of the layer. */
  readonly layer: string;
}

/** The states of stateful layers: inputs of the graph, and outputs. */
export class States {
  readonly #current = new Map<Layer, readonly string[]>();
  readonly #carried: { input: string; layer: Layer; path: string; index: number; shape: Dimensions }[] = [];

  constructor(readonly emitter: Emitter) {}

  /** The states [B, H] with which the layer begins: those of its last use, or inputs. @param sizes H of each */
  take(layer: Layer, path: string, sizes: readonly number[]): readonly string[] {
    const known = this.#current.get(layer);
    if (known) return known;
    const inputs = sizes.map((H, index) => {
      const shape = ["batch", H];
      const input = this.emitter.input(`${path}_${"hc"[index]}`, "float32", shape);
      this.#carried.push({ input, layer, path, index, shape });
      return input;
    });
    this.#current.set(layer, inputs);
    return inputs;
  }

  put(layer: Layer, states: readonly string[]): void {
    this.#current.set(layer, states);
  }

  /** Adds the outputs. */
  finish(): CarriedState[] {
    return this.#carried.map(({ input, layer, path, index, shape }) => {
      const output = this.emitter.output(this.#current.get(layer)![index]!, `${input}_out`, "float32", shape);
      return { input, output, layer: path };
    });
  }
}
