/** What a worker is started with, for the command line: the one place where each option stands. */
import { z } from "zod";
import type { RedisAddress } from "./queue/address.js";
import { DEFAULT_QUEUE } from "./queue/envelope.js";

const address =
  "Redis of the queue: redis://127.0.0.1:6379, rediss://HOST:PORT for TLS; default what SLUICE_REDIS holds, which may hold the password.";

export const workerOptions = z.strictObject({
  redis: z.string().optional().describe(address),
  slots: z.int().min(1).max(1024).optional().describe("Jobs at once, each on a thread (default: one less than there are cores)."), // prettier-ignore
  dataRoot: z.string().default(".").describe("Folder of the data and the runs: jobs read and write nothing outside of it."), // prettier-ignore
  store: z.string().optional().describe("Folder of the content that jobs name, which all machines share (default: through Redis, up to 64 MiB a piece)."), // prettier-ignore
  queue: z.string().default(DEFAULT_QUEUE).describe("Name of the queue: others work beside it on the same Redis."),
  name: z.string().optional().describe("What the worker calls itself (default: host and process)."),
  lostAfter: z.int().min(2).max(3600).default(30).describe("Seconds without a sign of life after which others take its jobs."), // prettier-ignore
});

/** The same for programs. */
export interface WorkerOptions {
  readonly redis: RedisAddress;
  /** Default "jobs". */
  readonly queue?: string;
  /** Jobs at once, each on a thread. Default one less than there are cores, at least one. */
  readonly slots?: number;
  /** Nothing outside of this folder can be read or written by jobs. Default the working folder. */
  readonly dataRoot?: string;
  /** Folder of the store that all share. Left out, content comes through Redis into a temporary folder, of at most 1 GiB. */
  readonly store?: string;
  /** Default host and process. */
  readonly name?: string;
  /** Seconds without a sign of life after which others take a job of this worker. Default 30. */
  readonly lostAfter?: number;
  readonly note?: (message: string) => void;
  /** Told of each job: that it is begun, and how it ended here. */
  readonly onJob?: (event: WorkerEvent) => void;
  /** Seconds that a job waits for another worker where all that listen lack its data. Default 60. */
  readonly graceSeconds?: number;
  /** Another version than its own, and other kinds of jobs: for tests of both. */
  readonly version?: string;
  readonly handlers?: URL;
}

/** What a worker tells of a job on the way. */
export interface WorkerEvent {
  /**
   * "failed": this attempt. "refused": it is no job, or this worker lacks what it needs, told once for each job; others may do it. "returned": it goes
   * to others or is wanted no more, which is no failure.
   */
  readonly event: "begun" | "done" | "failed" | "refused" | "returned";
  /** As whoever asked named it. */
  readonly job: string;
  /** From 1. */
  readonly attempt: number;
  readonly reason?: string;
}

/** What whoever puts jobs into a queue is told. */
export const queueOptions = z.strictObject({
  redis: z.string().optional().describe("Train on the workers of a queue on this Redis, redis://127.0.0.1:6379, instead of threads; user and password may stand in SLUICE_REDIS."), // prettier-ignore
  queue: z.string().optional().describe(`Name of the queue (default: ${DEFAULT_QUEUE}).`),
  store: z.string().optional().describe("Folder for what goes to workers and back, which all machines share; workers are given it too (default: through Redis, up to 64 MiB a piece)."), // prettier-ignore
  sendData: z.boolean().default(false).describe("Send the data file through the store and take the runs from it: workers need not see this folder."), // prettier-ignore
});

export type QueueSettings = z.output<typeof queueOptions>;
