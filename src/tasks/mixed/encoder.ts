import { tensor, type Tensor } from "sluice";
import { check, show } from "../../util/errors.js";
import type { Answer } from "../task.js";
import { isThere, KINDS, type Columns, type Kind, type MixedItem } from "./columns.js";
import type { RawForm } from "../classify/encoder.js";
import { vectorInput, type NamedInput } from "../views/named.js";
import type { FittedPart, MixedAudio, MixedSettings, MixedTraining, Part } from "./part.js";
import { fitSequence, SequencePart } from "./sequence-part.js";
import { fitTable, TablePart } from "./table-part.js";
import { fitText, TextPart } from "./text-part.js";

const TABLE: readonly Kind[] = ["category", "number", "date"];

/** What is saved of how samples of several kinds become inputs. */
export interface SavedMixed {
  readonly columns: Columns;
  readonly mels: number;
  readonly sampleRate: number | null;
  readonly parts: readonly { readonly kind: Part["kind"]; readonly name: string; readonly saved: object }[];
}

/** Samples of several kinds to the inputs of the network: which kinds are there, [N, M], then those of each part. */
export class MixedEncoder {
  constructor(
    readonly columns: Columns,
    readonly audio: MixedAudio,
    readonly parts: readonly Part[],
  ) {}

  static revive(where: string, saved: unknown): MixedEncoder {
    const { columns, mels, sampleRate, parts } = (saved ?? {}) as Partial<SavedMixed>;
    const known = typeof columns === "object" && Object.values(columns).every((kind) => KINDS.includes(kind));
    check(known && Array.isArray(parts) && parts.length > 0, () => {
      return `${where}: the saved inputs must hold columns and parts, got ${show(saved)}`;
    });
    const revived = (parts as SavedMixed["parts"]).map(({ kind, name, saved: one }) => partOf(where, kind, name, one));
    return new MixedEncoder(columns!, { mels: mels!, sampleRate: sampleRate ?? undefined }, revived);
  }

  isEmpty(item: MixedItem): boolean {
    return !this.parts.some((part) => part.isPresent(item));
  }

  encode(items: readonly MixedItem[]): Tensor[] {
    const M = this.parts.length;
    const there = items.flatMap((item) => this.parts.map((part) => Number(part.isPresent(item))));
    const present = tensor(Float32Array.from(there), [items.length, M]);
    return [present, ...this.parts.flatMap((part) => part.encode(items))];
  }

  /** What `encode` gives, named. */
  namesOf(items: readonly MixedItem[]): NamedInput[] {
    const present = vectorInput(items.length, this.parts.map(({ name }) => `${name} present`)); // prettier-ignore
    return [present, ...this.parts.flatMap((part) => part.namesOf(items, this.audio))];
  }

  /** A sample in raw terms; any part of it may be absent, not all. */
  get form(): RawForm {
    const inputs = this.parts.flatMap(({ fields }) => fields).map((field) => ({ ...field, optional: true }));
    const told = inputs.filter(({ name }) => !["series", "audio"].includes(this.columns[name]!));
    return { sample: "row", inputs, references: told };
  }

  toJSON(): SavedMixed {
    const { columns, audio, parts } = this;
    const saved = parts.map((part) => ({ kind: part.kind, name: part.name, saved: part.toJSON() }));
    return { columns, mels: audio.mels, sampleRate: audio.sampleRate ?? null, parts: saved };
  }

  /** What tells a sample apart in answers: its cells that can be written in a line. */
  referenceOf(item: MixedItem): Answer {
    const shown = Object.entries(this.columns).filter(([, kind]) => kind !== "series" && kind !== "audio");
    return Object.fromEntries(shown.map(([name, kind]) => [name, written(item, name, kind)]));
  }
}

function written(item: MixedItem, name: string, kind: Kind): string | number | null {
  const cell = item[name];
  if (!isThere(cell)) return null;
  return kind === "date" ? new Date(cell as number).toISOString() : (cell as string | number);
}

function partOf(where: string, kind: Part["kind"], name: string, saved: object): Part {
  if (kind === "text") return TextPart.revive(name, saved);
  if (kind === "table") return TablePart.revive(name, saved);
  check(kind === "series" || kind === "audio", () => `${where}: the saved kind ${show(kind)} is not known`);
  return SequencePart.revive(kind, name, saved);
}

/** Fits a part for each column of texts, series and recordings, and one for the columns of numbers, dates and categories. */
export function fitParts(
  where: string,
  columns: Columns,
  training: MixedTraining,
  settings: MixedSettings,
): readonly FittedPart[] {
  const named = Object.entries(columns);
  const parts = named.flatMap(([name, kind]) => {
    if (TABLE.includes(kind)) return [];
    if (kind === "text") return [fitText(where, name, training, settings)];
    return [fitSequence(kind as "series" | "audio", where, name, training, settings)];
  });
  const table = Object.fromEntries(named.filter(([, kind]) => TABLE.includes(kind)));
  return Object.keys(table).length > 0 ? [...parts, fitTable(where, table, training)] : parts;
}

/** Why such samples cannot be fed row by row. */
export const SEVERAL_KINDS = "its samples are of several kinds, each a whole of its own";
