/** What the server saw inside the network, its arrays decoded. */
import { sharesOf } from "../../../explain/shares.js";
import type { GateSaturation, TracedCell } from "../../../explain/types.js";
import type { Answer, TaskName } from "../../../tasks/task.js";
import type { OutputView } from "../../../tasks/view.js";
import type { InputReply, InsideReply, Maybe } from "../../api/index.js";
import { fromFloats } from "../../floats.js";
import { shortDate } from "../short-date.js";

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

/** Tasks whose outputs are choices among pieces: they are shown as probabilities, also where the network gives logits. */
export const choosesPieces = (task: TaskName): boolean => ["generate", "translate", "transcribe"].includes(task);

export function decode({ layers, input: { audio, values, ...input }, ...reply }: InsideReply): Seen {
  const width = reply.outputNames.length;
  const chooses = choosesPieces(reply.task) && width > 1;
  const shares = (logits: readonly Maybe[]) => {
    return chooses
      ? [
          ...sharesOf(
            logits.map((value) => value ?? Number.NaN),
            width,
          ),
        ]
      : logits;
  };
  const outputs = reply.outputs === null ? null : fromFloats(reply.outputs);
  return {
    ...reply,
    output: shares(reply.output),
    before: reply.before && shares(reply.before),
    layers: layers.map(({ signals, ...layer }) => ({
      ...layer,
      signals: new Map(Object.entries(signals).map(([name, floats]) => [name, fromFloats(floats)])),
    })),
    input: { ...input, steps: input.steps.map(shortDate), values: values === null ? null : fromFloats(values) },
    audio: audio ?? null,
    outputs: outputs && chooses ? sharesOf(outputs, width) : outputs,
  };
}

/** Steps of the sample: those of the longest layer, since a decoder may take others than the encoder. */
export const stepsOf = ({ layers, input }: Seen): number =>
  Math.max(input.steps.length, ...layers.map(({ steps }) => steps), 1);

/** One row of [steps, width]. */
export const rowAt = (values: Float32Array, step: number, width: number): Float32Array =>
  values.subarray(step * width, (step + 1) * width);
