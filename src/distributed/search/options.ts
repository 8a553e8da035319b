import { z } from "zod";

/** What a sweep is told beside the options of its task and the space. */
export const sweepOptions = z.strictObject({
  method: z
    .enum(["tpe", "random", "grid"])
    .default("tpe")
    .describe("How trials are chosen; tpe learns from those before, in rounds of four; grid takes every combination."),
  trials: z.int().min(1).default(40).describe("Trials, at most; each point of the space is tried once, so that a finite one may have fewer."),
  seconds: z
    .number()
    .gt(0)
    .optional()
    .describe("Begin nothing new after so many seconds: which trials there are then depends on the machine."),
  halving: z
    .boolean()
    .default(false)
    .describe("Successive halving: all trials are trained for few epochs, and only the best third for three times as many, and so on."),
  rungs: z.int().min(2).max(10).default(4).describe("Halving: times at which trials are compared, at most."),
  asynchronous: z
    .boolean()
    .default(false)
    .describe("Wait for no round and no rung: all workers are busy, but which trials there are depends on who is faster."),
  workers: z.int().min(1).optional().describe("Trials that are trained at once; default one less than there are cores."),
}); // prettier-ignore

export type SweepOptions = z.output<typeof sweepOptions>;
