/** Collects what kernel calls kept, call by call, into traces by sample. */
import type { RecurrentCell } from "../layers/recurrent/cell.js";
import type { Packing } from "../ops/packing.js";
import type { Memory } from "../tensor/memory.js";
import { check } from "../util/errors.js";
import type { Cells } from "./cells.js";
import { completeSignals, copyStep, makeSignals, type Signals } from "./signals.js";
import type { LayerTrace, Numbers, TracedCell } from "./types.js";
import type { Heard } from "./watch.js";

interface Row {
  readonly steps: number;
  readonly signals: Signals;
}

/** One run of a cell over a batch; a cell that several layers or places share runs several times. */
interface Run {
  readonly cell: RecurrentCell;
  readonly kind: TracedCell;
  readonly H: number;
  /** Steps, padding included. */
  readonly T: number;
  readonly rows: readonly Row[];
}

/** For one batch. */
export class Recorder {
  readonly #byWeight = new Map<number, RecurrentCell>();
  #runs: Run[] = [];

  constructor(
    private readonly memory: Memory,
    private readonly cells: Cells,
  ) {
    for (const cell of cells.keys()) for (const p of cell.ownParameters) this.#byWeight.set(p.ptr, cell);
  }

  /** What the inputs of the batch are packed by, where they are ragged. */
  packings: readonly Packing[] = [];

  hear(heard: Heard): void {
    const cell = this.#byWeight.get(heard.weights);
    if (!cell) return;
    const rows = heard.order === "packed" ? this.#packedRows(heard) : this.#rows(heard);
    for (const { signals } of rows) completeSignals(heard.cell, signals);
    this.#runs.push({ cell, kind: heard.cell, H: heard.H, T: heard.T, rows });
  }

  #rows(heard: Heard): Row[] {
    const { cell, B, T, H, order, slots, mask } = heard;
    const states = this.#floats(heard.states, B * T * H);
    const gates = this.#floats(heard.gates, B * T * H * slots);
    const used = mask ? this.memory.ints(mask, B * T) : null;
    return Array.from({ length: B }, (_, b) => {
      const times = realSteps(used, b, T);
      const signals = makeSignals(cell, times.length, H, this.memory.float);
      for (const [step, t] of times.entries()) {
        copyStep(signals, heard, order === "time" ? t * B + b : b * T + t, step, gates, states);
      }
      return { steps: times.length, signals };
    });
  }

  #packedRows(heard: Heard): Row[] {
    const { cell, H, slots } = heard;
    const packing = this.packings.find((p) => p.stepOffsets.ptr === heard.offsets);
    check(packing !== undefined, () => "trace: a packed call of which the packing is not known");
    const { N, order, lengths, offsets } = packing;
    const states = this.#floats(heard.states, N * H);
    const gates = this.#floats(heard.gates, N * H * slots);
    const rows: Row[] = [];
    for (const [i, b] of order.entries()) {
      const steps = lengths[b]!;
      const signals = makeSignals(cell, steps, H, this.memory.float);
      for (let t = 0; t < steps; t++) copyStep(signals, heard, offsets[t]! + i, t, gates, states);
      rows[b] = { steps, signals };
    }
    return rows;
  }

  #floats(ptr: number, length: number): Numbers {
    return this.memory.floats(ptr, ptr ? length : 0);
  }

  /** A run of a cell that no kernel knows: its states by time, [B, H] each. */
  note(cell: RecurrentCell, states: readonly Numbers[], mask: ArrayLike<number> | null): void {
    const [T, H] = [states.length, cell.stateSizes[0]!];
    const B = states[0]!.length / H;
    const rows = Array.from({ length: B }, (_, b) => {
      const times = realSteps(mask, b, T);
      const signals = makeSignals("other", times.length, H, this.memory.float);
      for (const [step, t] of times.entries()) {
        signals["state"]!.set(states[t]!.subarray(b * H, (b + 1) * H), step * H);
      }
      return { steps: times.length, signals };
    });
    this.#runs.push({ cell, kind: "other", H, T, rows });
  }

  /** Of the step that ran last: the states [B, H] that it is left with. */
  replaceState(states: Numbers): void {
    const { rows, H } = this.#runs.at(-1)!;
    for (const [b, { steps, signals }] of rows.entries()) {
      if (steps > 0) signals["state"]!.set(states.subarray(b * H, (b + 1) * H));
    }
  }

  /** Makes one run of the steps that `body` runs one after another. */
  joined(reverse: boolean, body: () => void): void {
    const before = this.#runs;
    this.#runs = [];
    body();
    before.push(joinRuns(reverse ? this.#runs.reverse() : this.#runs));
    this.#runs = before;
  }

  /** The traces of the batch, by sample. */
  traces(samples: number): LayerTrace[][] {
    const byCell = new Map<RecurrentCell, Run[]>();
    for (const run of this.#runs) {
      const runs = byCell.get(run.cell) ?? [];
      byCell.set(run.cell, runs);
      runs.push(run);
    }
    const traces: LayerTrace[][] = Array.from({ length: samples }, () => []);
    for (const [cell, all] of byCell) {
      // A decoder that looks before each step calls its cell once a step.
      const runs = all.length > 1 && all.every((run) => run.T === 1) ? [joinRuns(all)] : all;
      for (const [i, run] of runs.entries())
        this.#addTo(traces, `${this.cells.get(cell)!}${i > 0 ? `#${i + 1}` : ""}`, run);
    }
    return traces;
  }

  #addTo(traces: LayerTrace[][], name: string, { kind, H, rows }: Run): void {
    const each = rows.length / traces.length;
    check(Number.isInteger(each), () => `trace: ${name} ran ${rows.length} sequences for ${traces.length} samples`);
    for (const [i, { steps, signals }] of rows.entries()) {
      const layer = each === 1 ? name : `${name}[${i % each}]`;
      traces[Math.floor(i / each)]!.push({ layer, cell: kind, units: H, steps, signals });
    }
  }
}

function realSteps(mask: ArrayLike<number> | null, row: number, T: number): number[] {
  const all = Array.from({ length: T }, (_, t) => t);
  return mask ? all.filter((t) => mask[row * T + t] !== 0) : all;
}

function joinRuns(runs: readonly Run[]): Run {
  const [first] = runs;
  const rows = first!.rows.map((row, b) => {
    const parts = runs.map((run) => run.rows[b]!);
    const names = Object.keys(row.signals);
    return {
      steps: parts.reduce((sum, part) => sum + part.steps, 0),
      signals: Object.fromEntries(names.map((name) => [name, joinNumbers(parts.map((p) => p.signals[name]!))])),
    };
  });
  return { ...first!, T: runs.reduce((sum, run) => sum + run.T, 0), rows };
}

export function joinNumbers(parts: readonly Numbers[]): Numbers {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = parts[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
