/** An explanation as one plain object: what is shown, written and read again. */
import type {
  Attribution,
  AttributionMethod,
  Horizon,
  Saturation,
  UnitEffect,
  UnitMatch,
} from "../../explain/index.js";
import type { Answer, TaskName } from "../task.js";
import type { AttentionView, InputView } from "../view.js";

export interface Explanation {
  readonly task: TaskName;
  /** Folder of the run; null for a model file. */
  readonly run: string | null;
  /** Samples of the data, and which of them is explained, from 0. */
  readonly count: number;
  readonly sample: number;
  readonly reference: Answer;
  /** What `predict` says of the sample; empty for texts that are continued, and for data of very many samples. */
  readonly answers: readonly Answer[];
  /** The network's outputs for the sample, at the step that is explained where it answers at every step; of one for two classes both. */
  readonly outputs: readonly NamedNumber[];
  readonly output: ExplainedOutput;
  readonly inputs: readonly ExplainedInput[];
  readonly attributions: readonly NamedAttribution[];
  /** What was looked at while the answer was written; null where nothing was. */
  readonly attention: AttentionView | null;
  /** Null where no input has several steps. */
  readonly horizon: (Horizon & { readonly samples: number }) | null;
  /** Recurrent layers in the order in which they ran. */
  readonly layers: readonly SignalTable[];
  readonly saturation: Saturation & { readonly samples: number };
  /** What each unit is worth for the output: how much it changes when the unit is held at its mean, the largest first. */
  readonly effects: readonly UnitEffect[];
  /** Where units that are on during a selection of steps are on too; null where nothing was selected. */
  readonly matches: Matches | null;
}

export interface NamedNumber {
  readonly name: string;
  readonly value: number;
}

export interface ExplainedOutput {
  readonly name: string;
  /** Over all outputs of the sample, flattened. */
  readonly index: number;
  /** Of a network that answers at every step: which one, from 0; else null. */
  readonly step: number | null;
  /** "logit": before the softmax or sigmoid that the network ends with. */
  readonly scale: "logit" | "output";
}

export interface ExplainedInput extends Pick<InputView, "name" | "kind" | "features"> {
  /** For each real step what it is. */
  readonly steps: readonly string[];
  /** [steps, features] as the network sees them; null for tokens. */
  readonly values: readonly number[] | null;
  /** Words that the network does not know, each once: it takes them all for one and the same. */
  readonly unknown: readonly string[];
  /** Steps of the sample that the network does not see. */
  readonly leftOut: number;
}

export interface NamedAttribution extends Omit<Attribution, "inputs"> {
  readonly inputs: readonly {
    readonly name: string;
    readonly kind: InputView["kind"];
    readonly steps: readonly string[];
    /** One empty name where a step has one score. */
    readonly features: readonly string[];
    /** [steps, features] */
    readonly scores: readonly number[];
  }[];
}

export interface SignalTable {
  readonly layer: string;
  readonly cell: string;
  readonly units: number;
  readonly steps: number;
  /** By name of the signal, in the order in which they are shown: [steps, units]. */
  readonly signals: Readonly<Record<string, readonly number[]>>;
}

export interface Matches {
  readonly layer: string;
  /** Steps from … to − 1 of the explained sample. */
  readonly from: number;
  readonly to: number;
  /** Units that are on all through the selection. */
  readonly units: readonly number[];
  readonly threshold: number;
  /** The most alike first. */
  readonly passages: readonly (UnitMatch & {
    /** What its steps are called. */
    readonly steps: readonly string[];
    readonly reference: Answer;
  })[];
}

export const METHODS: readonly AttributionMethod[] = ["integratedGradients", "occlusion", "gradientInput"];
