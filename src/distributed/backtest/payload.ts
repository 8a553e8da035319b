/** What a training of a backtest is asked for with; a module of its own, so that a worker can check it before it loads what trains. */
import { z } from "zod";
import { dataReference } from "../store/reference.js";

export const fitPayload = z.strictObject({
  data: dataReference,
  /** Fingerprint of the data that the backtest was begun with. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "expected a checksum"),
  /** Of the backtest; what the first training found out is filled in for the others. */
  options: z.record(z.string(), z.json()),
  /** Place of the training's origin among all. */
  place: z.int().min(0),
  /** Folder of the trainings; null where it cannot be seen: the training comes back in the answer. */
  root: z.string().min(1).nullable(),
  name: z.string().regex(/^fit-\d{1,9}$/),
  /** What reports show as the command. */
  command: z.string(),
});

export type FitPayload = z.output<typeof fitPayload>;
