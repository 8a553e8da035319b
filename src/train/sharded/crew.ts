import type { Model } from "../model.js";
import type { Room } from "./room.js";

/** Those who compute the shards of a step besides this thread. */
export interface Crew {
  /** Makes models of their own from this one: before the first step, and when it was compiled anew or weights were frozen. */
  gather(model: Model, shards: number): Promise<void>;
  /** Where the next steps are. */
  move(room: Room): void;
  /** Lets in who has come since the last step; whether anybody helps with the next one. */
  assemble(): boolean;
  /** Lets them take shards. */
  begin(shards: number): void;
  /** A shard that nobody has taken; null when none is left. */
  take(): number | null;
  /** A shard that was taken here is done. */
  done(): void;
  /** Resolves when all are done; to false where somebody was lost with a shard, and all others are at rest. */
  finish(shards: number): Promise<boolean>;
  /** Goes on without them, since they failed where this thread does not. */
  dismiss(): Promise<void>;
  /** Ends them. */
  close(): Promise<void>;
  /** Threads, this one among them. */
  readonly workers: number;
}

/** Nobody: this thread does it all. */
export class Alone implements Crew {
  readonly workers = 1;
  #left = 0;

  async gather(): Promise<void> {
    // nobody comes
  }

  move(): void {
    // nobody is told
  }

  assemble(): boolean {
    return false;
  }

  begin(shards: number): void {
    this.#left = shards;
  }

  take(): number | null {
    return this.#left > 0 ? --this.#left : null;
  }

  done(): void {
    // nobody waits
  }

  async finish(): Promise<boolean> {
    return true;
  }

  async dismiss(): Promise<void> {
    // nobody goes
  }

  async close(): Promise<void> {
    // nobody is there
  }
}
