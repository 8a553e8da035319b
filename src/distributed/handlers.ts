/** What workers can do, by the kind of the job: nothing else can be asked of them. Loaded when the first job of a kind comes. */
import type { ZodType } from "zod";
import type { Json } from "../format/json.js";
import type { Handler } from "./job.js";

const handlers = {
  fit: async () => (await import("./backtest/fit.js")).fit,
  round: async () => (await import("./parallel/diloco/round.js")).round,
  shard: async () => (await import("./parallel/diloco/shard.js")).shard,
  series: async () => (await import("./series/series.js")).series,
  trial: async () => (await import("./trial.js")).trial,
} satisfies Record<string, () => Promise<Handler>>;

export type Handlers = Readonly<Record<string, () => Promise<Handler>>>;
export const HANDLERS: Handlers = handlers;

/** The forms of their payloads, which a worker checks before it begins a thread for a job. In modules that load little else. */
export const PAYLOADS: Readonly<Record<keyof typeof handlers, () => Promise<ZodType>>> = {
  fit: async () => (await import("./backtest/payload.js")).fitPayload,
  round: async () => (await import("./parallel/diloco/payloads.js")).roundPayload,
  shard: async () => (await import("./parallel/diloco/payloads.js")).shardPayload,
  series: async () => (await import("./series/result.js")).seriesPayload,
  trial: async () => (await import("./trial-payload.js")).trialPayload,
};

/** Of what the children of such a job answered, what it reads itself: other content that they name need not come to its worker. Default all. */
export const READS: Readonly<Record<string, (answer: Json) => Json>> = {
  round: (answer) => (answer as { delta?: Json } | null)?.delta ?? null,
};
