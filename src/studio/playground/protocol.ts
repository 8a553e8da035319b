/** What the page and its worker say to each other. */
import type { LayerTrace } from "../../explain/types.js";
import type { Settings } from "./settings.js";

export type ToWorker =
  /** Begin anew; what comes back carries the number. */
  | { readonly kind: "reset"; readonly run: number; readonly settings: Settings; readonly text: string | null }
  | { readonly kind: "go"; readonly go: boolean }
  | { readonly kind: "step" }
  /** Slow motion: so many updates a second; null for as many as there can be. */
  | { readonly kind: "pace"; readonly perSecond: number | null }
  /** Show another sample. */
  | { readonly kind: "example" }
  | { readonly kind: "temperature"; readonly temperature: number }
  /** The last frame is on the screen: there may be another. */
  | { readonly kind: "shown" };

export type FromWorker =
  | { readonly kind: "ready"; readonly run: number; readonly parameters: number; readonly baseline: number }
  | { readonly kind: "frame"; readonly run: number; readonly frame: Frame }
  | {
      readonly kind: "failed";
      readonly run: number;
      readonly message: string;
      /** The step whose loss or gradients were no numbers; null for any other failure. */
      readonly exploded: number | null;
    };

/** How things stand after `step` updates. */
export interface Frame {
  readonly step: number;
  /** Mean over the batches since the frame before; null when there was none. */
  readonly batchLoss: number | null;
  /** On samples that are drawn once for this and never trained on; of a text, on pieces anywhere in it. */
  readonly loss: number;
  /** Share of right answers, where answers are right or wrong. */
  readonly right: number | null;
  readonly stepsPerSecond: number | null;
  readonly view: View;
  readonly layers: readonly LayerTrace[];
  /** ‖∂L/∂h_t‖ of a batch, always the same, by layer; none where the gradients are no numbers from the start. */
  readonly gradients: readonly GradientNorm[];
}

export interface GradientNorm {
  readonly layer: string;
  readonly norms: Float64Array;
}

/** One sample that was not trained on, and what the network makes of it. */
export type View = SeriesView | TextView;

export interface SeriesView {
  readonly kind: "series";
  /** What each step reads, for people; empty or null for plain numbers, which stand in `inputs`. */
  readonly labels: readonly string[] | null;
  readonly inputs: readonly number[];
  /** What is to be answered after each step. */
  readonly truth: readonly number[];
  readonly predicted: ArrayLike<number>;
  /** From this step on, the sequence is longer than those of the training; null when it is not. */
  readonly beyond: number | null;
  /** Goes on from its own answers, after the last step; null where that makes no sense. */
  readonly future: { readonly truth: readonly number[]; readonly predicted: readonly number[] } | null;
}

export interface TextView {
  readonly kind: "text";
  readonly labels: readonly string[];
  /** The character that follows each step. */
  readonly next: readonly string[];
  /** Which probability it was given. */
  readonly chance: readonly number[];
  /** The likeliest characters after each step. */
  readonly likeliest: readonly (readonly { readonly character: string; readonly chance: number }[])[];
  /** Written by the network itself. */
  readonly sample: string;
}
