import type { Model, SymbolicTensor, Tensor } from "sluice";
import type { Inputs } from "../../model/feed.js";
import type { DataSource, ReadOptions } from "../../data/index.js";
import type { Labels } from "./labels.js";
import type { ClassifyOptions, KindDefaults } from "./options.js";
import type { Rival, SavedRival } from "./rivals.js";
import type { Samples } from "./samples.js";
import type { Truth } from "./scores.js";
import type { Field, Signature, Stepper } from "../view.js";
import type { NamedInput } from "../views/named.js";

/** How raw samples of one kind are read and become an input of the network; fitted, and saved with the model. */
export interface Encoder<X> {
  readonly kind: "text" | "series" | "irregular" | "audio" | "mixed";
  /** What the samples are, for messages: "texts". */
  readonly of: string;
  /** @param labelled whether labels are needed */
  read(where: string, source: DataSource, labelled: boolean, reading: ReadOptions): Promise<Samples<X>>;
  /** Whether there is nothing to read in a sample. */
  isEmpty(item: X): boolean;
  /** Sequences of unequal length, or padded to the longest of them and masked by the network: [N, T] or [N, T, D]. Of several kinds a list. */
  encode(items: readonly X[]): Inputs;
  /** What `encode` gives of these samples, named, in the order of the network's inputs. */
  namesOf(samples: Samples<X>): readonly NamedInput[];
  /** A sample in raw terms. */
  readonly form: RawForm;
  /** How a sequence is fed piece by piece; a text says why it cannot be. */
  readonly pieces: Pieces | string;
  toJSON(): object;
}

export interface RawForm extends Pick<Signature, "sample" | "inputs" | "rows"> {
  /** The columns of an answer that tell its sample. */
  readonly references: readonly Field[];
}

/** Rows, words or characters to frames, one at a time. */
export type Pieces = Pick<Stepper, "fields" | "rows" | "width" | "encode">;

/** The samples of the training part. */
export interface TrainingPart<X> {
  readonly items: readonly X[];
  readonly truth: Truth;
  readonly labels: Labels;
}

/** What is made of the training part. */
export type Fitted<X> = FittedParts<X> & (WithSteps | WithVector);

/** The network up to its recurrent layers, [B, T, D]. */
interface WithSteps {
  readonly steps: SymbolicTensor;
}

/** Of several kinds: what they say together, [B, C]. */
interface WithVector {
  readonly joined: SymbolicTensor;
}

interface FittedParts<X> {
  readonly encoder: Encoder<X>;
  /** Options that depended on the data. */
  readonly settings: Partial<ClassifyOptions>;
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** Things that the user should know. */
  readonly warnings: readonly string[];
  readonly input: SymbolicTensor | readonly SymbolicTensor[];
  /** Weights that do not begin at random: by the name of a layer, its first weight. */
  readonly initial: Readonly<Record<string, (random: Tensor) => Tensor>>;
  /** What the network is trained on in place of the training part, such as more of it. Left out: the training part. */
  practise?(part: Pick<TrainingPart<X>, "items" | "truth">): Pick<TrainingPart<X>, "items" | "truth">;
  /** Puts into the model what its file is to hold beside the pipeline. */
  attach?(model: Model): void;
  /** Strong simple baselines, of which the validation part chooses one. */
  rivals(): Rival<X>[];
}

/** One kind of samples. */
export interface Modality<X> {
  readonly kind: Encoder<X>["kind"];
  readonly of: string;
  /** Chosen by results on validation parts; the comment at each kind says on which data. */
  readonly defaults: KindDefaults;
  /** Samples in a step of training, at most, where the user does not say it. */
  readonly mostInBatch: number;
  read(where: string, source: DataSource, options: ClassifyOptions, labelled: boolean): Promise<Samples<X>>;
  isEmpty(item: X): boolean;
  /** @param samples what was read, for what the options do not say */
  fit(part: TrainingPart<X>, options: ClassifyOptions, samples: Samples<X>, source: DataSource): Fitted<X>;
  revive(saved: unknown): Encoder<X>;
  /** The baseline that `Rival.saved` gave. */
  rivalOf(saved: SavedRival, encoder: Encoder<X>, labels: Labels): Rival<X>;
}
