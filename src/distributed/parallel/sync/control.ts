/** Words that the threads of a team count with and wait for. */
import type { MessagePort } from "node:worker_threads";
import type { Model } from "sluice";
import type { Room } from "../../../train/sharded/room.js";

export const WORD = {
  /** Changes when there is something to do: threads sleep on it. */
  go: 0,
  /** 1: threads leave. */
  closed: 1,
  /** Number of the step, which tells whose weights are old. */
  step: 2,
  /** Shards that nobody has taken. */
  left: 3,
  /** Shards that are done: main sleeps on it. */
  done: 4,
  /** Number of the room. */
  room: 5,
  /** Shards that other threads than the main one did. */
  helped: 6,
  /** For each thread from here on, what it does: of `AT`. */
  thread: 7,
} as const;

/** What a thread does. */
export const AT = {
  /** It has not been let in, which happens between steps only: it may not know where the step is. */
  door: 0,
  rest: 1,
  /** It may hold a shard. */
  work: 2,
} as const;

export const MOST_WORKERS = 64;

export function makeControl(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * (WORD.thread + MOST_WORKERS)));
}

/** A shard that nobody has taken; null when none is left. Counting down, so that one who comes late takes nothing of the next step. */
export function takeShard(control: Int32Array): number | null {
  const left = Atomics.sub(control, WORD.left, 1);
  return left > 0 ? left - 1 : null;
}

export function shardDone(control: Int32Array): void {
  Atomics.add(control, WORD.done, 1);
  Atomics.notify(control, WORD.done);
}

/** How a thread begins. */
export interface ReplicaStart {
  readonly control: Int32Array<SharedArrayBuffer>;
  /** Its place among the threads. */
  readonly place: number;
  /** The model's file. */
  readonly bytes: ReturnType<Model["toBytes"]>;
  /** Brings rooms. */
  readonly port: MessagePort;
}

/** What comes by its port. */
export interface RoomMessage {
  /** `WORD.room` from then on. */
  readonly number: number;
  readonly room: Room;
}

/** From a thread: it listens, or its model cannot be made here. */
export type FromReplica = { readonly ready: true } | { readonly error: string };
