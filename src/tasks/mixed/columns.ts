/** Samples whose columns are of several kinds: texts, series, recordings, categories, numbers, dates. */
import { z } from "zod";
import { isForbiddenKey } from "../../format/json.js";
import type { Sequence } from "../classify/sequence.js";

export const KINDS = ["text", "series", "audio", "category", "number", "date"] as const;
export type Kind = (typeof KINDS)[number];

/** What each column is, in the order in which the network takes them. */
export type Columns = Readonly<Record<string, Kind>>;

/** One cell; null (of numbers and dates NaN) where it is empty. Dates are milliseconds since 1970. */
export type Cell = string | number | Sequence | null;

/** A sample: its cells by column. */
export type MixedItem = Readonly<Record<string, Cell>>;

export const FUSIONS = ["late", "crossAttention"] as const;

/** Options of the tasks that take several kinds of input. */
export function mixedOptions() {
  return {
    inputs: z
      .record(z.string().min(1), z.enum(KINDS))
      .refine((columns) => Object.keys(columns).length > 0, "expected one column at least")
      .refine((columns) => !Object.keys(columns).some(isForbiddenKey), "a column cannot have this name")
      .optional()
      .describe(`Columns of several kinds, such as subject=text,price=number; kinds: ${KINDS.join(", ")}.`),
    fusion: z
      .enum(FUSIONS)
      .default("late")
      .describe("Several kinds: join what each says, or let each attend to the steps of the others as well."),
    kindDropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0.1)
      .describe("Several kinds: share of whole kinds left out in training, so that samples may lack one."),
  };
}

/** Cells of numbers and dates are NaN where there is nothing, others null. */
export function isThere(cell: Cell | undefined): boolean {
  return typeof cell === "number" ? !Number.isNaN(cell) : cell !== null && cell !== undefined;
}
