import { z } from "zod";
import { DELTAS } from "./codec.js";
import { STATES } from "./state.js";

/** What a DiLoCo training is told beside the options of its task. Defaults are those of Douillard et al. 2023. */
export const dilocoOptions = z.strictObject({
  innerSteps: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(50)
    .describe("Steps that each shard does by itself in a round, before what it learnt is averaged with the others'."),
  deltas: z
    .enum(DELTAS)
    .default("float32")
    .describe("How changes of weights are sent: 4, 2 or 1 byte each; float16 and int8 round them, 256 at a time."),
  states: z
    .enum(STATES)
    .default("float32")
    .describe("How the moments of a shard's optimizer go from round to round; float16 halves them, and rounds them."),
  deadline: z
    .number()
    .gt(0)
    .max(1_000_000)
    .optional()
    .describe("Seconds after which a round is closed with the shards that came, ten times as many for the first; the others do theirs again. Default: wait for all."),
  outerRate: z.number().gt(0).max(10).default(0.7).describe("Rate of the outer step, on the mean of the changes."),
  outerMomentum: z.number().min(0).lt(1).default(0.9).describe("Nesterov momentum of the outer step; 0 for none."),
}); // prettier-ignore

export type DilocoOptions = z.output<typeof dilocoOptions>;
