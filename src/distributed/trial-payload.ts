/** What a job of the kind "trial" says. */
import { z } from "zod";
import { isAddress } from "./store/folder-store.js";

export const trialPayload = z.strictObject({
  task: z.string(),
  data: z.union([
    z.strictObject({ path: z.string().min(1) }),
    z.strictObject({ address: z.string().refine(isAddress, "expected an address sha256-…"), ending: z.string() }),
  ]),
  /** Options of the task, without runs and name. */
  settings: z.record(z.string(), z.json()),
  /** Folder that keeps the runs of the trials. */
  runs: z.string().min(1),
  name: z.string().regex(/^[\w-]+$/),
  /** Epochs to train in all, of those that the settings say. Left out: all. */
  until: z.int().min(1).optional(),
  /** What the run's report shows as its command. */
  command: z.string(),
});

export type TrialPayload = z.output<typeof trialPayload>;
