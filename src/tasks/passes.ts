/** Data sets whose epochs can be asked for by number, so that several may train on parts of the same epoch. */
import type { Batch, Dataset } from "sluice";

export interface Passes {
  /** Batches of an epoch; of a file that is read block by block about so many, since rows may lack. */
  readonly steps: number;
  /** The batches of an epoch, from 0; the same whenever they are asked for. */
  of(epoch: number): Iterable<Batch> | AsyncIterable<Batch>;
}

/** A data set that gives one epoch after the other, and any of them by its number. @param initialEpoch the first */
export function inPasses(steps: number, of: Passes["of"], initialEpoch = 0): Dataset & Passes {
  let epoch = initialEpoch;
  return Object.assign(() => of(epoch++), { steps, of });
}

/** Null where the data set tells its epochs only one after the other. */
export function passesOf(data: Dataset): Passes | null {
  return typeof data === "function" && "of" in data && "steps" in data ? (data as Dataset & Passes) : null;
}
