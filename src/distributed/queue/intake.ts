/** What a worker takes from the queue for a job: whoever can write to it is not believed. */
import { z } from "zod";
import { check, show, SluiceError } from "../../util/errors.js";
import { ATTEMPTS } from "../executors/threads.js";
import { envelope, guarded, type Envelope } from "./envelope.js";

/** Of the library that asks; null where it does not say, and is no job. Other versions may have other forms. */
export function versionOf(data: unknown): string | null {
  const told = z.object({ version: z.string() }).safeParse(data);
  return told.success ? told.data.version : null;
}

/**
 * @param kinds what the worker can do; null for any
 * @throws SluiceError for what is no job, before anything is done
 */
export function readJob(data: unknown, attemptsMade: number, kinds: ReadonlySet<string> | null): Envelope {
  // A job that was put there by other hands may ask for more attempts.
  check(attemptsMade < ATTEMPTS, () => `it was tried ${attemptsMade} times`);
  const told = envelope.safeParse(guarded(data, "the job"));
  if (!told.success) throw new SluiceError(`it is no job: ${z.prettifyError(told.error).replaceAll("\n", " ")}`);
  const { kind } = told.data;
  check(kinds === null || kinds.has(kind), () => `there are no jobs of kind ${show(kind)}`);
  return told.data;
}
