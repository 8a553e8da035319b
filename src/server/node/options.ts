/** What `sluice serve` may be told: the flags are made of this schema. */
import { z } from "zod";
import { LOG_LEVELS } from "../log.js";
import { DEFAULT_LIMITS as D } from "../limits.js";

const count = () => z.int().min(1);
const seconds = () => z.number().gt(0);
const names = () => z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((list) => [list].flat());

export const serveOptions = z.strictObject({
  port: z.int().min(0).max(65_535).default(8080).describe("Port to listen on; 0 for any that is free."),
  host: z.string().min(1).default("127.0.0.1").describe("Address to listen on; 0.0.0.0 lets other machines in."),
  token: z
    .string()
    .regex(/^\S{8,}$/, "expected 8 characters or more, none of them blank")
    .optional()
    .describe("Bearer token that requests must carry; the variable SLUICE_TOKEN is hidden from other users."),
  cors: names().optional().describe("Origins whose pages may ask, or * for all; default none."),
  allowedHosts: names().optional().describe("Names that clients may call a local server without token by."),
  runs: z.string().min(1).default("runs").describe("Folder of the runs that are named."),
  reload: z.int().min(0).default(500).describe("Milliseconds between two looks at the model files; 0: never again."),
  log: z
    .enum([...LOG_LEVELS, "off"])
    .default("info")
    .describe("What is logged, as JSON lines on standard error."),
  maxBody: count().default(D.maxBody).describe("Bytes of a request's body (413)."),
  maxBatch: count().default(D.maxBatch).describe("Samples in a request (422), and in one call of the network."),
  maxLength: count().default(D.maxLength).describe("Steps, rows or characters of a sample (422)."),
  maxSessions: count().default(D.maxSessions).describe("Sessions that are open at a time (503)."),
  idle: seconds().default(D.idle).describe("Seconds after which a session that nobody asks is closed."),
  rate: z.number().min(0).default(D.rate).describe("Requests a second and client (429); 0 for no limit."),
  maxQueue: count().default(D.maxQueue).describe("Requests that wait for the network (503)."),
  maxWait: z
    .number()
    .min(0)
    .max(1000)
    .default(D.maxWait)
    .describe("Milliseconds that a request waits for others to be computed with."),
  secret: z
    .string()
    .min(32, "expected 32 characters or more")
    .optional()
    .describe("What state tokens are signed with (default: anew at each start); better the variable SLUICE_SECRET."),
  stateLifetime: seconds().default(3600).describe("Seconds for which a state token is taken (410)."),
  sessionGrace: z
    .number()
    .min(0)
    .default(600)
    .describe("Seconds for which sessions go on with a model whose file was replaced."),
  headersTimeout: seconds().default(10).describe("Seconds in which a request's header must arrive (408)."),
  requestTimeout: seconds().default(60).describe("Seconds in which the whole request must arrive (408)."),
  maxHeader: z.int().min(1024).default(16_384).describe("Bytes of a request's header (431)."),
  grace: seconds().default(10).describe("Seconds that requests under way are given at shutdown."),
});

export type ServeSettings = z.output<typeof serveOptions>;

/** Those of `serveOptions` that are limits of the app. */
export const LIMIT_NAMES = Object.keys(D) as (keyof typeof D)[];
