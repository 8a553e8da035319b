import type { RecurrentCell } from "../layers/recurrent/cell.js";
import type { Graph } from "../model/graph.js";
import type { Stream, StreamState } from "../model/stream.js";
import type { Memory } from "../tensor/memory.js";
import { Tensor } from "../tensor/tensor.js";
import { checkOptions, checkRange } from "../util/checks.js";
import { check } from "../util/errors.js";
import { cellsOf, findCell, kindOf, type Cells } from "./cells.js";
import { checkUnit, readPins } from "./pins.js";
import { completeSignals, copyStep, makeSignals } from "./signals.js";
import { tappedStream, type Tap } from "./tapped-stream.js";
import type { HeldUnit } from "./traced-scan.js";
import type { LayerTrace, Numbers, Pins } from "./types.js";

export interface TracerOptions {
  /** Units that are held from the beginning. Default none. */
  pins?: Pins;
}

/** What one step gives. */
export interface TracerStep {
  /** Of each recurrent layer one step, [1, units] for each signal. */
  readonly layers: readonly LayerTrace[];
  /** The model's outputs at this step, flattened. */
  readonly output: Numbers;
}

type Frame = number | ArrayLike<number>;

/** Where the taps of a layer lie, once a step has run. */
interface Places {
  readonly gates: Tensor;
  readonly states: Tensor;
}

/**
 * Runs a sequence one step at a time, as `model.stream` does, and shows all gates and states; units can be held and let go between
 * the steps. Without held units its signals are those of `trace`, to rounding (1e-6).
 * @throws SluiceError where the model cannot be run step by step, such as one that also runs backwards in time
 * @example
 * const tracer = new Tracer(model); // in a page after `await ready()`
 * tracer.pin("gru", 3, 0);
 * const { layers, output } = tracer.step([0.2]); // the same arrays each time, overwritten by the next step
 */
export class Tracer {
  /** The recurrent layers as the last step left them. */
  readonly layers: readonly LayerTrace[];
  readonly #cells: Cells;
  readonly #stream: Stream;
  readonly #result: TracerStep;
  readonly #held = new Map<RecurrentCell, [unit: number, value: number][]>();
  readonly #places = new Map<RecurrentCell, Places>();

  constructor(graph: Graph, options: TracerOptions = {}) {
    checkOptions("Tracer", options, ["pins"]);
    this.#cells = cellsOf(graph);
    const float = graph.dtype;
    const traces = new Map<RecurrentCell, LayerTrace>();
    for (const [cell, layer] of this.#cells) {
      const [kind, units] = [kindOf(cell), cell.stateSizes[0]!];
      traces.set(cell, { layer, cell: kind, units, steps: 1, signals: makeSignals(kind, 1, units, float) });
    }
    this.layers = [...traces.values()];
    this.#setPins(options.pins ?? {});
    const held = (cell: RecurrentCell) => this.#held.get(cell) ?? NONE;
    this.#stream = tappedStream(graph, 1, held, (tap) => this.#read(tap, traces.get(tap.cell)!));
    const size = this.#stream.outputs.reduce((sum, t) => sum + t.size, 0);
    const output = float === "float64" ? new Float64Array(size) : new Float32Array(size);
    this.#result = { layers: this.layers, output };
  }

  /**
   * Feeds one time step.
   * @param frames the step's features (or a number, such as a token's index); with several inputs, one entry for each
   */
  step(...frames: Frame[]): TracerStep;
  // As in Stream: with one input no array of arguments is made.
  step(frame: Frame, ...more: Frame[]): TracerStep {
    if (more.length === 0) this.#stream.step(frame);
    else this.#stream.step(frame, ...more);
    const { outputs } = this.#stream;
    let at = 0;
    for (let i = 0; i < outputs.length; i++) {
      this.#result.output.set(outputs[i]!.data, at);
      at += outputs[i]!.size;
    }
    return this.#result;
  }

  /** Holds a unit's state at a value from the next step on. */
  pin(layer: string, unit: number, value: number): this {
    const cell = findCell(this.#cells, layer, "pin");
    checkUnit(cell, layer, unit, "pin");
    checkRange("pin", "value", value);
    const others = (this.#held.get(cell) ?? []).filter(([held]) => held !== unit);
    this.#held.set(cell, [...others, [unit, value]]);
    return this;
  }

  /** Lets a unit go, all units of a layer, or all units. */
  unpin(layer?: string, unit?: number): this {
    if (layer === undefined) this.#held.clear();
    else {
      const cell = findCell(this.#cells, layer, "unpin");
      const others = unit === undefined ? [] : (this.#held.get(cell) ?? []).filter(([held]) => held !== unit);
      this.#held.set(cell, others);
    }
    return this;
  }

  /** The units that are held now. */
  get pins(): Pins {
    const pairs = [...this.#held].filter(([, units]) => units.length > 0);
    return Object.fromEntries(pairs.map(([cell, units]) => [this.#cells.get(cell)!, Object.fromEntries(units)]));
  }

  /** Begins anew: all states are zero, what is held stays held. */
  reset(): void {
    this.#stream.reset();
  }

  /** A copy of the carried states. */
  state(): StreamState {
    return this.#stream.state();
  }

  /** Goes back to states that `state()` gave, here or in a stream of the same model. */
  restore(saved: StreamState): this {
    this.#stream.restore(saved);
    return this;
  }

  #setPins(pins: Pins): void {
    for (const [cell, units] of readPins(pins, this.#cells, "Tracer"))
      this.#held.set(cell, [...units] as [number, number][]);
  }

  #read({ cell, memory, state, heard }: Tap, { signals, cell: kind, units }: LayerTrace): void {
    check(kind === "other" || heard !== null, () => `Tracer: ${this.#cells.get(cell)} was not heard`);
    if (!heard) {
      signals["state"]!.set(state.data);
      return;
    }
    let places = this.#places.get(cell);
    if (!places) {
      const at = (ptr: number, size: number) => tensorAt(memory, ptr, ptr ? size : 0);
      places = { gates: at(heard.gates, units * heard.slots), states: state };
      this.#places.set(cell, places);
    }
    copyStep(signals, heard, 0, 0, places.gates.data as Numbers, places.states.data as Numbers);
    completeSignals(kind, signals);
  }
}

const NONE: readonly HeldUnit[] = [];
const FOREVER = { alive: true };

function tensorAt(memory: Memory, ptr: number, size: number): Tensor {
  return new Tensor([size], memory.float, { memory, ptr, lifetime: FOREVER });
}
