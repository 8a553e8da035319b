/** What a job of the kind "trial" says. */
import { z } from "zod";
import { runArchive } from "./run-archive.js";
import { dataReference, FILE_OPTIONS } from "./store/reference.js";

export { FILE_OPTIONS };

export const trialPayload = z.strictObject({
  task: z.string(),
  data: dataReference,
  /** Fingerprint of the data that the search was begun with. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected a checksum")
    .optional(),
  /** Options of the task, without runs and name. */
  settings: z.record(z.string(), z.json()),
  /** What such options name, where it is sent. */
  files: z.partialRecord(z.enum(FILE_OPTIONS), dataReference).optional(),
  /** Folder that keeps the runs of the trials; null where it cannot be seen: the run comes back in the answer. */
  runs: z.string().min(1).nullable(),
  /** The run as it waits at an earlier rung, where its folder cannot be seen. */
  from: runArchive.optional(),
  name: z.string().regex(/^[\w-]+$/),
  /** Epochs to train in all, of those that the settings say. Left out: all. */
  until: z.int().min(1).optional(),
  /** What the run's report shows as its command. */
  command: z.string(),
});

export type TrialPayload = z.output<typeof trialPayload>;
