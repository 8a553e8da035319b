/** What a network sees of raw data, and what its numbers are called: explanations, the server and the studio stand on it. */
import type { Inputs } from "../model/feed.js";
import type { Answer, TaskName } from "./task.js";

/** Raw samples as the network sees them. */
export interface View {
  /** As `model.predict` takes them. */
  readonly x: Inputs;
  readonly count: number;
  /** What tells each sample: a text, a file, a row, a series and its date. */
  readonly references: readonly Answer[];
  /** In the order of the model's inputs. */
  readonly inputs: readonly InputView[];
  /**
   * What the numbers of an output are called, the last axes flattened: classes, steps of the horizon, pieces of a vocabulary. A model that
   * answers at every step gives so many at each.
   */
  readonly outputs: readonly OutputView[];
  /** By sample, what a network that writes looked at meanwhile. Left out: nothing was written. */
  readonly attention?: readonly AttentionView[];
}

export interface AttentionView {
  /** What was read, and what was written. */
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** [target][source], rows that sum to 1. */
  readonly weights: readonly (readonly number[])[];
}

export interface InputView {
  /** The name of the model's input. */
  readonly name: string;
  /** Indices of pieces [N, T], numbers over time [N, T, D], or numbers without time [N, D]. */
  readonly kind: "tokens" | "series" | "vector";
  /** By sample, for each real step what it is: a word, a character, a date, seconds. Empty lists for a vector. */
  readonly steps: readonly (readonly string[])[];
  /** By sample, where its first real step stands in `x`: 0 but where padding comes first. */
  readonly starts: readonly number[];
  /** The names of the D features; empty for tokens. */
  readonly features: readonly string[];
  /** Of tokens, by sample: the steps whose word the network does not know, so that it stands for all such. Left out: none. */
  readonly unknown?: readonly (readonly number[])[];
  /** By sample, the steps that the network does not see, since the sample is longer than it reads. Left out: none. */
  readonly leftOut?: readonly number[];
}

export interface OutputView {
  readonly name: string;
  /** Such as "°C"; left out for a number without unit. */
  readonly unit?: string;
  /** Of the one output that tells two classes apart: the class that has the rest of the probability. */
  readonly opposite?: string;
}

/** One raw value that goes in or comes out. */
export interface Field {
  readonly name: string;
  readonly type: "number" | "category" | "text" | "date" | "boolean" | "audio";
  readonly unit?: string;
  /** Of a category: the values that were seen in training. */
  readonly values?: readonly (string | number)[];
  /** One that the model takes, where not any of the type will do. */
  readonly example?: string;
  /** Whether a sample may lack it. */
  readonly optional?: boolean;
  /** Whether it holds a list of such values. */
  readonly list?: boolean;
  readonly description?: string;
}

/** What a model takes and gives, in raw terms: an interface description can be made of it. */
export interface Signature {
  readonly task: TaskName;
  /** What makes a sample: one row, rows in their order (a window, a series), a text, a clip. */
  readonly sample: "row" | "rows" | "text" | "audio";
  readonly inputs: readonly Field[];
  /** Of samples of rows: how many are needed at least, and how many are looked at. */
  readonly rows?: RowCount;
  /** The columns of an answer. */
  readonly outputs: readonly Field[];
  /** Why the model cannot be run one row at a time; null where it can. */
  readonly notSteppable: string | null;
}

export interface RowCount {
  readonly least: number;
  /** Null for all. */
  readonly most: number | null;
}

/**
 * Raw rows to the frames of `model.stream()`, one at a time, and its outputs to answers. It keeps nothing between rows: one serves all streams.
 *
 * From a state of zeros, the answer after n rows is that of `predict` for these n rows, for every n in `rows`. Past the most
 * rows that `predict` looks at, a stream goes on with all it has read.
 */
export interface Stepper {
  readonly fields: readonly Field[];
  /** Rows after which `predict` answers too; of a text its words or characters. */
  readonly rows: RowCount;
  /** The columns of its answers: those of `predict`, or where that gives several rows at once, one for each number ("close +3"). */
  readonly outputs: readonly Field[];
  /** Numbers of a frame. */
  readonly width: number;
  /**
   * Writes one raw row, scaled as in training, into `frame` from `offset` on.
   * @throws SluiceError that names the field which is missing or wrong
   */
  encode(row: RawRow, frame: Float32Array, offset?: number): void;
  /**
   * The answer for one output of the network, which begins at `offset`.
   * @param row the row that was fed last: a forecast may go on from its values
   */
  decode(output: ArrayLike<number>, offset: number, row: RawRow): Answer;
}

export type RawRow = Readonly<Record<string, unknown>>;
