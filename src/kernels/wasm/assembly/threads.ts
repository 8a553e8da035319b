/**
 * Threads share the memory and run the same kernels on parts of the work. The control block holds one word a cache line:
 * the number of the current job, what it is, how many parts it has, how many are done, and how many have come to a barrier.
 */
import { CONTROL } from "./args";

const JOB: usize = CONTROL;
const OP: usize = CONTROL + 64;
const PARTS: usize = CONTROL + 128;
const DONE: usize = CONTROL + 192;
const ARRIVED: usize = CONTROL + 256;

/** Some 50 µs of looking before a thread lies down: most jobs follow one another more closely. */
const SPINS = 20000;

/** The main thread of a page must not wait, only look. */
let mayWait: bool = true;

export function setMayWait(value: bool): void {
  mayWait = value;
}

/** Returns when the word is no longer `value`. */
function awaitChange(word: usize, value: i32): void {
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(word) != value) return;
  while (atomic.load<i32>(word) == value) if (mayWait) atomic.wait<i32>(word, value, -1);
}

/** Every thread of the job comes here before any goes on. The count only grows, so it needs no reset. */
export function barrier(parts: i32): void {
  if (!ASC_FEATURE_THREADS || parts == 1) return;
  const mine = atomic.add<i32>(ARRIVED, 1) + 1;
  const last = ((mine + parts - 1) / parts) * parts;
  if (mine == last) {
    atomic.notify(ARRIVED);
    return;
  }
  for (let seen = mine; seen - last < 0; seen = atomic.load<i32>(ARRIVED)) awaitChange(ARRIVED, seen);
}

/** Hands the job to all other threads; its arguments are in their block already. */
export function post(op: i32, parts: i32): void {
  if (!ASC_FEATURE_THREADS) return;
  atomic.store<i32>(OP, op);
  atomic.store<i32>(PARTS, parts);
  atomic.store<i32>(DONE, 0);
  atomic.store<i32>(ARRIVED, 0);
  atomic.add<i32>(JOB, 1);
  atomic.notify(JOB);
}

/** Waits until the other parts are done. Every thread takes part in every job, so none can miss one. */
export function join(parts: i32): void {
  if (!ASC_FEATURE_THREADS) return;
  for (let done = atomic.load<i32>(DONE); done < parts - 1; done = atomic.load<i32>(DONE)) awaitChange(DONE, done);
}

/** Waits for the job after number `job` and returns its number. */
export function nextJob(job: i32): i32 {
  awaitChange(JOB, job);
  return atomic.load<i32>(JOB);
}

@inline
export function jobNumber(): i32 {
  return atomic.load<i32>(JOB);
}

@inline
export function jobOperation(): i32 {
  return atomic.load<i32>(OP);
}

@inline
export function jobParts(): i32 {
  return atomic.load<i32>(PARTS);
}

/** This thread's part of the job is done. */
export function finish(): void {
  atomic.add<i32>(DONE, 1);
  atomic.notify(DONE);
}
