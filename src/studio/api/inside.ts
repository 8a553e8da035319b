/** Samples, and what goes on inside of a model that reads one. */
import type { Attribution, AttributionMethod, GateSaturation, Horizon, TracedCell } from "../../explain/types.js";
import type { Answer, TaskName } from "../../tasks/task.js";
import type { InputView, OutputView } from "../../tasks/view.js";
import type { Floats, Maybe } from "./common.js";

export interface SamplesReply {
  /** How many there are that can be asked for by number. */
  readonly count: number;
  readonly from: number;
  readonly samples: readonly SampleInfo[];
  /** Where the samples come from; null where the run's data are not there any more, and why. */
  readonly source: string | null;
  readonly problem: string | null;
}

export interface SampleInfo {
  readonly index: number;
  /** What tells it: a text, a file, a row, a series and its date. */
  readonly reference: Answer;
  /** Raw, to be changed and sent back: one of these, where it can be given. */
  readonly text?: string;
  readonly rows?: readonly Readonly<Record<string, string | number | null>>[];
  /** Of a clip: seconds; the sound itself comes with /inside. */
  readonly seconds?: number;
}

/** What goes in: exactly one of them. */
export interface InsideInput {
  readonly text?: string;
  /** Raw rows in their order, named as in `Signature.inputs`; numbers, texts, ISO dates. */
  readonly rows?: readonly Readonly<Record<string, string | number | boolean | null>>[];
  /** Of the run's data. */
  readonly sample?: number;
  /** One channel, 16 bit, little endian, in base64. */
  readonly audio?: { readonly pcm: string; readonly sampleRate: number };
}

export interface UnitPlace {
  /** As in `LayerReply.layer`. */
  readonly layer: string;
  readonly unit: number;
}

export interface InsideRequest {
  readonly input: InsideInput;
  /** Units whose state is held at a value from the first step on. */
  readonly pins?: readonly (UnitPlace & { readonly value: number })[];
  /** Units that are silent: their state is 0 at every step. */
  readonly ablate?: readonly UnitPlace[];
}

export interface InsideReply {
  readonly task: TaskName;
  /** Recurrent layers in the order of the graph. */
  readonly layers: readonly LayerReply[];
  readonly input: InputReply;
  readonly outputNames: readonly OutputView[];
  /** One number for each name; of a model that answers at every step, those of the last one. */
  readonly output: readonly Maybe[];
  /** [steps, outputs] where the model answers, or can be read, at every step; null where neither. */
  readonly outputs: Floats | null;
  /** In raw units, without pins and ablation; empty where that takes long, as texts that are continued. */
  readonly answers: readonly Answer[];
  readonly saturation: readonly GateSaturation[];
  /** The output without pins and ablation, where there are some: what they changed. */
  readonly before: readonly Maybe[] | null;
}

export interface LayerReply {
  readonly layer: string;
  readonly cell: TracedCell;
  readonly units: number;
  readonly steps: number;
  /** By name of the signal, in the order in which they are shown: [steps, units]. */
  readonly signals: Readonly<Record<string, Floats>>;
}

/** The first input of the model that has steps. */
export interface InputReply {
  readonly name: string;
  readonly kind: InputView["kind"];
  /** For each real step what it is: a word, a character, a date, seconds. */
  readonly steps: readonly string[];
  readonly features: readonly string[];
  /** [steps, features] as the network sees them; null for tokens. */
  readonly values: Floats | null;
  /** Of a clip, to be played: as in `InsideInput.audio`. */
  readonly audio?: { readonly pcm: string; readonly sampleRate: number };
}

export interface HorizonRequest {
  readonly input: InsideInput;
  /** Index of its name in `outputNames`. Default: the largest of a softmax, else the first. */
  readonly output?: number;
}

export interface HorizonReply {
  readonly horizon: Omit<Horizon, "gradient" | "occlusion"> & {
    readonly gradient: readonly Maybe[];
    readonly occlusion: readonly Maybe[];
  };
  readonly outputNames: readonly OutputView[];
}

export interface AttributionRequest {
  readonly input: InsideInput;
  readonly output?: number;
  /** Default "integratedGradients". */
  readonly method?: AttributionMethod;
}

export interface AttributionReply {
  readonly attribution: Omit<Attribution, "inputs"> & {
    readonly inputs: readonly {
      readonly name: string;
      readonly steps: number;
      readonly features: number;
      /** [steps, features] */
      readonly scores: Floats;
      readonly stepNames: readonly string[];
      readonly featureNames: readonly string[];
    }[];
  };
  readonly outputNames: readonly OutputView[];
}

/** Units whose state is above a threshold during a selected range, as in LSTMVis. */
export interface MatchRequest {
  readonly input: InsideInput;
  readonly layer: string;
  /** Steps [from, to). */
  readonly from: number;
  readonly to: number;
  /** Default 0.3. */
  readonly threshold?: number;
}

export interface MatchReply {
  /** The best first; score from 0 to 1: overlap of the steps at which the unit is on with the selected ones. */
  readonly units: readonly { readonly unit: number; readonly score: number }[];
  /** Where the same units are on elsewhere, in this sample (`sample: null`) and in the first ones of the run's data; the likest first. */
  readonly passages: readonly {
    readonly sample: number | null;
    /** Steps [from, to), and what the steps around it are: at most a dozen on either side, of which the passage begins at `at`. */
    readonly from: number;
    readonly to: number;
    readonly steps: readonly string[];
    readonly at: number;
    /** From 0 to 1: shared units in the units of either. */
    readonly similarity: number;
  }[];
}

/** What each unit of a layer is worth for one sample. */
export interface EffectsRequest {
  readonly input: InsideInput;
  readonly layer: string;
  /** Index of the output, flattened. Default: the largest. */
  readonly output?: number;
}

export interface EffectsReply {
  readonly output: number;
  /** By unit: the output with the unit silent, less the output as it is. */
  readonly changes: readonly Maybe[];
}
