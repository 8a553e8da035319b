/** A stream of a fixed number of sequences whose states are kept elsewhere: rows are copied in, stepped together and copied out. */
import type { Graph } from "../../model/graph.js";
import { Stream } from "../../model/stream.js";
import { makeData, type TensorData } from "../../tensor/dtype.js";
import type { Tensor } from "../../tensor/tensor.js";

/** Numbers of one sequence in each tensor of [B, …]. */
const widths = (tensors: readonly Tensor[], B: number) => tensors.map((t) => t.size / B);

export class StepBatch {
  readonly #stream: Stream;
  readonly #frames: TensorData[];
  readonly #frameWidths: readonly number[];
  readonly #stateWidths: readonly number[];
  readonly #outputWidths: readonly number[];

  /** @param frameWidths numbers of one step of each input */
  constructor(
    graph: Graph,
    readonly batch: number,
    frameWidths: readonly number[],
  ) {
    this.#stream = new Stream(graph, { batch });
    this.#frameWidths = frameWidths;
    this.#frames = frameWidths.map((width) => makeData(graph.dtype, batch * width));
    this.#stateWidths = widths(this.#stream.states, batch);
    this.#outputWidths = widths(this.#stream.outputs, batch);
  }

  /** Numbers of one sequence's state, of all layers. */
  get stateSize(): number {
    return sum(this.#stateWidths);
  }

  /** Numbers of one sequence's output at one step, of all outputs. */
  get outputSize(): number {
    return sum(this.#outputWidths);
  }

  /** Shapes of one sequence's outputs at one step. */
  get outputShapes(): readonly (readonly number[])[] {
    return this.#stream.outputs.map((t) => t.shape.slice(1));
  }

  /** Puts a frame, its inputs one after the other, and a state into a row. */
  load(row: number, frames: ArrayLike<number>, frameAt: number, states: TensorData, stateAt: number): void {
    for (let i = 0; i < this.#frames.length; i++) {
      const width = this.#frameWidths[i]!;
      const to = this.#frames[i]!;
      for (let j = 0; j < width; j++) to[row * width + j] = frames[frameAt + j]!;
      frameAt += width;
    }
    for (let i = 0; i < this.#stateWidths.length; i++) {
      const width = this.#stateWidths[i]!;
      const to = this.#stream.states[i]!.data;
      for (let j = 0; j < width; j++) to[row * width + j] = states[stateAt + j]!;
      stateAt += width;
    }
  }

  run(): void {
    const frames = this.#frames;
    if (frames.length === 1) this.#stream.step(frames[0]!);
    else this.#stream.step(...frames);
  }

  /** Whether output and new state of a row are numbers. */
  isFinite(row: number): boolean {
    return (
      finiteRow(this.#stream.outputs, this.#outputWidths, row) && finiteRow(this.#stream.states, this.#stateWidths, row)
    );
  }

  /** Takes the output and the new state out of a row. */
  unload(row: number, outputs: TensorData, outputAt: number, states: TensorData, stateAt: number): void {
    for (let i = 0; i < this.#outputWidths.length; i++) {
      const width = this.#outputWidths[i]!;
      const from = this.#stream.outputs[i]!.data;
      for (let j = 0; j < width; j++) outputs[outputAt + j] = from[row * width + j]!;
      outputAt += width;
    }
    for (let i = 0; i < this.#stateWidths.length; i++) {
      const width = this.#stateWidths[i]!;
      const from = this.#stream.states[i]!.data;
      for (let j = 0; j < width; j++) states[stateAt + j] = from[row * width + j]!;
      stateAt += width;
    }
  }
}

function finiteRow(tensors: readonly Tensor[], widths: readonly number[], row: number): boolean {
  let differences = 0;
  for (let i = 0; i < tensors.length; i++) {
    const { data } = tensors[i]!;
    const end = (row + 1) * widths[i]!;
    // v − v is 0 for every number and NaN for what is none.
    for (let j = row * widths[i]!; j < end; j++) differences += data[j]! - data[j]!;
  }
  return differences === 0;
}

export const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
