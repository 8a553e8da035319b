/** What explanations are made of: plain data, arrays row-major, ready for JSON but for the typed arrays. */

/** float32 as the models are; float64 for a model with `dtype: "float64"`. */
export type Numbers = Float32Array | Float64Array;

/**
 * The signals of a cell, in the order in which they are shown. keep + write = 1: texts differ in which of the two they call z.
 * minLstm: keep = forget / (forget + input), write = input / (forget + input). A cell of one's own shows its state alone.
 */
export const SIGNALS = {
  gru: ["keep", "write", "reset", "candidate", "state"],
  lstm: ["input", "forget", "candidate", "output", "cell", "state"],
  simpleRnn: ["state"],
  minGru: ["keep", "write", "candidate", "state"],
  minLstm: ["input", "forget", "keep", "write", "candidate", "state"],
  other: ["state"],
} as const;

export type TracedCell = keyof typeof SIGNALS;

/** Signals that run from 0 to 1, with the usual activations. */
export const GATES: readonly string[] = ["keep", "write", "reset", "input", "forget", "output"];

/** All steps of one recurrent layer, in one direction, for one sample. */
export interface LayerTrace {
  /**
   * The layer's name; in a bidirectional one with "/forward" or "/backward", in a model inside the model with its name before it
   * ("encoder/gru"). A layer used twice: "gru", "gru#2". One that runs several sequences for a sample (timeDistributed, segRnn): "gru[0]", "gru[1]", …
   */
  readonly layer: string;
  readonly cell: TracedCell;
  readonly units: number;
  /** Real steps, padding left out; those of a backward layer stand at their own times. */
  readonly steps: number;
  /** By name of the signal: [steps, units]. */
  readonly signals: Readonly<Record<string, Numbers>>;
}

/** What another layer put out for one sample. */
export interface LayerOutput {
  readonly layer: string;
  /** Without the batch; the first axis is time where the layer keeps it. */
  readonly shape: readonly number[];
  readonly values: Numbers;
}

/** What went on inside for one sample. */
export interface Trace {
  /** Recurrent layers in the order in which they ran. */
  readonly layers: readonly LayerTrace[];
  /** The model's outputs, flattened; of several outputs one after the other. */
  readonly output: Numbers;
  /** Where the model answers at every step, or can be read at every step (as model.stream does): [steps, outputs]; null where neither. */
  readonly outputs: Numbers | null;
  /** Outputs of the layers that were asked for. */
  readonly activations: readonly LayerOutput[];
}

/** Share of steps at which a gate is nearly closed or nearly open, over all traces. */
export interface GateSaturation {
  readonly layer: string;
  readonly gate: string;
  /** Steps of all traces together. */
  readonly steps: number;
  /** By unit: share of steps below 0.1. */
  readonly closed: readonly number[];
  /** By unit: share of steps above 0.9. */
  readonly open: readonly number[];
  readonly mean: readonly number[];
}

/** What the units of a layer make of their range, over all traces. */
export interface LayerHealth {
  readonly layer: string;
  readonly cell: TracedCell;
  readonly units: number;
  /** Units whose state hardly changes from step to step or from sample to sample: standard deviation below 0.01. */
  readonly dead: readonly number[];
  /** Units whose state is beyond ±0.95 at 9 steps of 10 or more. */
  readonly saturated: readonly number[];
  /** By gate: units that are nearly closed or nearly open at 9 steps of 10 or more. */
  readonly stuck: Readonly<Record<string, { readonly closed: readonly number[]; readonly open: readonly number[] }>>;
}

export interface Saturation {
  readonly gates: readonly GateSaturation[];
  readonly layers: readonly LayerHealth[];
}

export type AttributionMethod = "integratedGradients" | "occlusion" | "gradientInput";

/** On which scale an output is explained: before the softmax or sigmoid, or as the model gives it. */
export type OutputScale = "logit" | "output";

/** How much each step and feature of one sample speaks for one output. */
export interface Attribution {
  readonly method: AttributionMethod;
  /** Index of the output, flattened as in Trace.output. */
  readonly output: number;
  readonly scale: OutputScale;
  /** The output for the sample, and for the baseline that it is compared with. */
  readonly value: number;
  readonly baseline: number;
  /**
   * In the order of the model's inputs: [steps, features], real steps; one feature for tokens, one step for an input without time, no
   * steps for indices that no embedding reads.
   */
  readonly inputs: readonly {
    readonly name: string;
    readonly kind: "tokens" | "series" | "vector";
    readonly steps: number;
    readonly features: number;
    readonly scores: Numbers;
  }[];
  /** Sum of all scores. */
  readonly sum: number;
  /** |sum − (value − baseline)| / |value − baseline|: for integrated gradients the error of the path integral; null for other methods. */
  readonly incompleteness: number | null;
  /** Points on the path; null for other methods. */
  readonly points: number | null;
}

/** How far back an output depends on the input: index 0 is the last step. */
export interface Horizon {
  readonly output: number;
  readonly scale: OutputScale;
  /** By lag: norm of the output's gradient with respect to the step's input (after the embedding, for tokens), all inputs over time together. */
  readonly gradient: readonly number[];
  /** By lag: by how much the output changes when the step is replaced by the baseline, as a size. */
  readonly occlusion: readonly number[];
  /** The smallest lag within which `share` of the summed gradient lies. */
  readonly reach: number;
  /** The same for the occlusion. */
  readonly occlusionReach: number;
  readonly share: number;
}

/** Values at which units are held: by layer (as in LayerTrace.layer, without "#" and "[…]"), then by unit. */
export type Pins = Readonly<Record<string, Readonly<Record<number, number>>>>;

/** A passage of a trace where the units of a selection are on. */
export interface UnitMatch {
  /** Index of the trace. */
  readonly sample: number;
  /** Steps from … to − 1. */
  readonly from: number;
  readonly to: number;
  /** Units of the selection that are on throughout, ascending. */
  readonly shared: readonly number[];
  /** Units that are on throughout in one of the two, not in the other. */
  readonly different: number;
  /** Shared units in the units of either (Jaccard index), 0 to 1. */
  readonly similarity: number;
}

/** What one unit is worth: how much the output, or the loss, changes when it is held. */
export interface UnitEffect {
  readonly layer: string;
  readonly unit: number;
  /** The value at which it was held. */
  readonly value: number;
  /** Mean of the change over the samples: held less free. */
  readonly change: number;
  /** Mean size of the change; for a loss the size of its change. */
  readonly effect: number;
}
