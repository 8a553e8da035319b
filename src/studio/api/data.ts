/** Files and what is in them, before anything is trained. */
import type { ColumnFacts, DataFacts, Proposal } from "../../tasks/inspect/facts.js";
import type { Histogram } from "../../tasks/inspect/histogram.js";
import type { Answer, TaskName } from "../../tasks/task.js";
import type { InputView } from "../../tasks/view.js";
import type { Floats } from "./common.js";

export interface FolderListing {
  /** As seen from the working folder, "" for itself; always with "/". */
  readonly path: string;
  readonly entries: readonly FileEntry[];
  /** Whether there were more than are told. */
  readonly more: boolean;
}

export interface FileEntry {
  readonly name: string;
  readonly path: string;
  /** "data": of an ending that is read, or a folder of clips. */
  readonly kind: "folder" | "data" | "other";
  readonly bytes: number | null;
  /** ISO. */
  readonly changed: string;
}

export interface DataReply {
  readonly path: string;
  /** Types, ranges, gaps, class balance, and `proposals` with settings and reasons. */
  readonly facts: DataFacts;
  /** Of tables: histograms beside `facts.columns`, by name. */
  readonly histograms: Readonly<Record<string, Histogram>>;
  /** Of tables: the first rows as texts, to look at. */
  readonly head: { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] } | null;
}

export type { ColumnFacts, Histogram, Proposal };

/** Some samples as the network would see them with these settings: read, cut, scaled, as when it trains. */
export interface WindowsReply {
  readonly task: TaskName;
  /** What the data are, in names and texts: samples of each part, classes, … */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** All settings, those that depend on the data filled in. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  /** What tells the samples, which are spread evenly over the data. */
  readonly references: readonly Answer[];
  /** By input of the model. */
  readonly inputs: readonly WindowInput[];
  /** Empty where what is to be foreseen is part of the reference. */
  readonly targets: readonly WindowInput[];
  readonly warnings: readonly string[];
}

export interface WindowInput {
  readonly name: string;
  /** [samples, steps, features] or [samples, features], as the network sees it: scaled, padded. */
  readonly shape: readonly number[];
  readonly values: Floats;
  readonly kind: InputView["kind"];
  /** By sample, for each real step what it is: a word, a character, a date; padding follows. Empty lists without time. */
  readonly steps: readonly (readonly string[])[];
  /** Names of the features; empty for tokens. */
  readonly features: readonly string[];
}
