/** What explanations are made of: plain data, arrays row-major, ready for JSON but for the typed arrays. */

/** The signals of a cell, in the order in which they are shown. keep + write = 1: texts differ in which of the two they call z. */
export const SIGNALS = {
  gru: ["keep", "write", "reset", "candidate", "state"],
  lstm: ["input", "forget", "candidate", "output", "cell", "state"],
  simpleRnn: ["state"],
  minGru: ["keep", "write", "candidate", "state"],
  minLstm: ["input", "forget", "candidate", "state"],
} as const;

export type TracedCell = keyof typeof SIGNALS;

/** All steps of one recurrent layer, in one direction, for one sample. */
export interface LayerTrace {
  /** The layer's name; in a bidirectional one with "/forward" or "/backward". */
  readonly layer: string;
  readonly cell: TracedCell;
  readonly units: number;
  /** Real steps, padding left out; those of a backward layer stand at their own times. */
  readonly steps: number;
  /** By name of the signal: [steps, units]. */
  readonly signals: Readonly<Record<string, Float32Array>>;
}

/** What went on inside for one sample. */
export interface Trace {
  /** Recurrent layers in the order of the graph. */
  readonly layers: readonly LayerTrace[];
  /** The model's outputs, flattened. */
  readonly output: Float32Array;
  /** Where the model answers at every step, or can be read at every step: [steps, outputs]; null where neither. */
  readonly outputs: Float32Array | null;
}

/** Share of steps at which a gate is nearly closed or nearly open. */
export interface GateSaturation {
  readonly layer: string;
  readonly gate: string;
  /** By unit: share of steps below 0.1. */
  readonly closed: readonly number[];
  /** By unit: share of steps above 0.9. */
  readonly open: readonly number[];
  readonly mean: readonly number[];
}

export type AttributionMethod = "integratedGradients" | "occlusion" | "gradientInput";

/** How much each step and feature of one sample speaks for one output. */
export interface Attribution {
  readonly method: AttributionMethod;
  /** Index of the output, flattened. */
  readonly output: number;
  /** The output for the sample, and for the baseline that it is compared with. */
  readonly value: number;
  readonly baseline: number;
  /** By input of the model: [steps, features]; one feature for tokens. */
  readonly inputs: readonly {
    readonly name: string;
    readonly steps: number;
    readonly features: number;
    readonly scores: Float32Array;
  }[];
  /** Sum of all scores. */
  readonly sum: number;
  /** |sum − (value − baseline)| / |value − baseline|: for integrated gradients the error of the path integral; null for other methods. */
  readonly incompleteness: number | null;
}

/** How far back an output depends on the input: index 0 is the last step. */
export interface Horizon {
  readonly output: number;
  /** By lag: norm of the output's gradient with respect to the step's input (after the embedding, for tokens). */
  readonly gradient: readonly number[];
  /** By lag: by how much the output changes when the step is replaced by the baseline. */
  readonly occlusion: readonly number[];
  /** The smallest lag within which `share` of the summed gradient lies. */
  readonly reach: number;
  readonly share: number;
}
