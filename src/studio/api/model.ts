/** Layers and weights of a model. */
import type { TracedCell } from "../../explain/types.js";
import type { Histogram } from "../../tasks/inspect/histogram.js";
import type { TaskName } from "../../tasks/task.js";
import type { Signature } from "../../tasks/view.js";

export interface ModelReply {
  readonly task: TaskName;
  readonly signature: Signature | null;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | null)[] }[];
  /** Recurrent layers under the names that traces and pins have. */
  readonly recurrent: readonly { readonly layer: string; readonly cell: TracedCell; readonly units: number }[];
  readonly layers: readonly LayerInfo[];
  readonly parameters: number;
  readonly trainable: number;
  /** Of the weights in memory, and of the file. */
  readonly bytes: number;
  readonly fileBytes: number;
  /** Multiplications with weights for one step of time of one sample: each matrix once, embeddings left out. */
  readonly multiplyAdds: number;
  readonly summary: string;
}

export interface LayerInfo {
  readonly name: string;
  readonly className: string;
  /** One for each output; null for sizes that are known with the data. */
  readonly shapes: readonly (readonly (number | null)[])[];
  readonly parameters: number;
  /** Names of the layers that it reads. */
  readonly from: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly weights: readonly WeightInfo[];
}

export interface WeightInfo {
  /** "gru/cell/kernel" */
  readonly name: string;
  readonly shape: readonly number[];
  readonly mean: number;
  readonly deviation: number;
  readonly least: number;
  readonly greatest: number;
  readonly histogram: Histogram;
}
