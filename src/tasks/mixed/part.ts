import type { SymbolicTensor, Tensor } from "sluice";
import type { Labels } from "../classify/labels.js";
import type { Truth } from "../classify/scores.js";
import type { RecurrentOptions } from "../network.js";
import type { Field } from "../view.js";
import type { NamedInput } from "../views/named.js";
import type { MixedItem } from "./columns.js";

/** What the parts read of the options of a task. */
export interface MixedSettings extends RecurrentOptions {
  readonly level: "auto" | "word" | "char";
  readonly lower: boolean;
  readonly numWords: number;
  readonly minCount: number;
  readonly embedding: number;
  readonly embeddingDropout: number;
  readonly maxLength?: number | undefined;
  readonly keep: "start" | "end";
  readonly mels: number;
  readonly fusion: "late" | "crossAttention";
  readonly kindDropout: number;
}

/** The samples of the training part; labels where classes are asked for, which texts begin with. */
export interface MixedTraining {
  readonly items: readonly MixedItem[];
  readonly classes?: { readonly truth: Truth; readonly labels: Labels };
}

/** One kind of input: a column, or the columns of numbers, dates and categories together. Fitted, and saved with the model. */
export interface Part {
  readonly kind: "text" | "series" | "audio" | "table";
  /** For messages: the column, or "table". */
  readonly name: string;
  isPresent(item: MixedItem): boolean;
  /** The inputs of its branch, [N, …] each; of a sample that lacks it whatever is safe to compute with. */
  encode(items: readonly MixedItem[]): Tensor[];
  /** What `encode` gives of these samples, named. */
  namesOf(items: readonly MixedItem[], audio: MixedAudio): readonly NamedInput[];
  /** Its columns. */
  readonly fields: readonly Field[];
  toJSON(): object;
}

/** How recordings are heard; the rate is undefined without any. */
export interface MixedAudio {
  readonly mels: number;
  readonly sampleRate: number | undefined;
}

/** What a part adds to the network. */
export interface Branch {
  readonly inputs: readonly SymbolicTensor[];
  /** [B, C] */
  readonly vector: SymbolicTensor;
  /** [B, T, C], masked; null where there is no time. */
  readonly steps: SymbolicTensor | null;
  /** By the name of a layer what its first weight begins with. */
  readonly initial: Readonly<Record<string, (random: Tensor) => Tensor>>;
}

/** A part that has just been fitted. */
export interface FittedPart {
  readonly part: Part;
  readonly facts: readonly (readonly [name: string, text: string])[];
  branch(settings: MixedSettings): Branch;
}

/** Names of layers hold no slash. */
export const layerName = (...words: string[]) => words.join(" ").replaceAll("/", "_");
