/** What the server saw inside the network, its arrays decoded. */
import type { GateSaturation, TracedCell } from "../../../explain/types.js";
import type { Answer, TaskName } from "../../../tasks/task.js";
import type { OutputView } from "../../../tasks/view.js";
import type { InputReply, InsideReply, Maybe } from "../../api.js";
import { fromFloats } from "../../floats.js";

export interface SeenLayer {
  readonly layer: string;
  readonly cell: TracedCell;
  readonly units: number;
  readonly steps: number;
  /** In the order in which they are shown: [steps, units]. */
  readonly signals: ReadonlyMap<string, Float32Array>;
}

export type Input = Omit<InputReply, "values" | "audio"> & { readonly values: Float32Array | null };

export interface Seen {
  readonly task: TaskName;
  readonly layers: readonly SeenLayer[];
  /** The first input that has steps, as the network sees it. */
  readonly input: Input;
  readonly audio: InputReply["audio"] | null;
  readonly outputNames: readonly OutputView[];
  readonly output: readonly Maybe[];
  /** [steps, outputs]; null where the model cannot be read at every step. */
  readonly outputs: Float32Array | null;
  readonly answers: readonly Answer[];
  readonly saturation: readonly GateSaturation[];
  readonly before: readonly Maybe[] | null;
}

export function decode({ layers, input: { audio, values, ...input }, outputs, ...reply }: InsideReply): Seen {
  return {
    ...reply,
    layers: layers.map(({ signals, ...layer }) => ({
      ...layer,
      signals: new Map(Object.entries(signals).map(([name, floats]) => [name, fromFloats(floats)])),
    })),
    input: { ...input, values: values === null ? null : fromFloats(values) },
    audio: audio ?? null,
    outputs: outputs === null ? null : fromFloats(outputs),
  };
}

/** Steps of the sample: those of the longest layer, since a decoder may take others than the encoder. */
export const stepsOf = ({ layers, input }: Seen): number =>
  Math.max(input.steps.length, ...layers.map(({ steps }) => steps), 1);

/** One row of [steps, width]. */
export const rowAt = (values: Float32Array, step: number, width: number): Float32Array =>
  values.subarray(step * width, (step + 1) * width);
