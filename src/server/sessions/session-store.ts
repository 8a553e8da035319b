/** The sessions whose state the server keeps, by their ids: how many, how long, and with which version of a model. */
import { LRUCache } from "lru-cache";
import type { ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import type { Sequence } from "./step-engine.js";
import type { SteppedModel } from "./stepped-model.js";

export interface Session {
  /** Random and not to be guessed: who knows it may go on with the session. */
  readonly id: string;
  readonly model: SteppedModel;
  readonly sequence: Sequence;
  steps: number;
  /** Milliseconds of the clock at which it ends because its model was replaced; null while it is the newest. */
  endsAt: number | null;
}

export interface StoreOptions {
  /** Seconds for which a session goes on with the model it began with when that has been replaced. */
  readonly grace: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Seconds between two looks at who has been idle too long. */
const SWEEP = 1;

export class SessionStore {
  readonly #sessions: LRUCache<string, Session>;
  /** WebSockets, which count too and have no id. */
  #others = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly context: ServerContext,
    private readonly options: StoreOptions,
  ) {
    const { maxSessions, idle } = context.limits;
    this.#sessions = new LRUCache({
      max: maxSessions,
      ttl: idle * 1000,
      updateAgeOnGet: true,
      ttlResolution: 0,
      perf: { now: options.now },
      dispose: (session) => this.#end(session),
    });
  }

  get open(): number {
    return this.#sessions.size + this.#others;
  }

  /** @throws Problem 503 when there are as many as allowed */
  add(model: SteppedModel): Session {
    this.reserve(model.served.name);
    this.#others -= 1;
    const session: Session = { id: crypto.randomUUID(), model, sequence: model.engine.start(), steps: 0, endsAt: null };
    this.#sessions.set(session.id, session);
    // No timer before there is something to sweep: an edge worker may have none while it starts.
    this.#timer ??= sweeper(() => this.sweep());
    return session;
  }

  /** Takes the place of one that is kept elsewhere. @throws Problem 503 when there are as many as allowed */
  reserve(model: string): void {
    const { maxSessions } = this.context.limits;
    if (this.open >= maxSessions) this.sweep();
    if (this.open >= maxSessions)
      throw new Problem("too-many-sessions", `${maxSessions} sessions are open.`, { retryAfter: SWEEP });
    this.#others += 1;
    this.context.metrics.sessions.add(1, { model });
  }

  release(model: string): void {
    this.#others -= 1;
    this.context.metrics.sessions.add(-1, { model });
  }

  /** @throws Problem 404 for an id that is not known, or no longer */
  get(id: string): Session {
    const session = this.#sessions.get(id);
    if (session && (session.endsAt === null || session.endsAt > this.options.now())) return session;
    if (session) this.#sessions.delete(id);
    const { idle } = this.context.limits;
    throw new Problem("unknown-session", `There is no such session; one that is idle for ${idle} s is closed.`);
  }

  /** Seconds that are left of it if nothing is asked. */
  secondsLeft({ id, endsAt }: Session): number {
    const idle = this.#sessions.getRemainingTTL(id) / 1000;
    return endsAt === null ? idle : Math.min(idle, (endsAt - this.options.now()) / 1000);
  }

  close(session: Session): void {
    this.#sessions.delete(session.id);
  }

  /** The sessions of a version that was replaced go on with it for the grace time. */
  replaced(before: unknown): void {
    const endsAt = this.options.now() + this.options.grace * 1000;
    for (const session of this.#sessions.values()) if (session.model.served === before) session.endsAt ??= endsAt;
  }

  /** Closes those that are idle too long or of a model that was replaced long ago. */
  sweep(): void {
    const now = this.options.now();
    this.#sessions.purgeStale();
    for (const [id, { endsAt }] of this.#sessions.entries())
      if (endsAt !== null && endsAt <= now) this.#sessions.delete(id);
    if (this.#sessions.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Closes all. */
  clear(): void {
    this.#sessions.clear();
    this.sweep();
  }

  #end({ model, sequence }: Session): void {
    model.engine.close(sequence);
    this.context.metrics.sessions.add(-1, { model: model.served.name });
  }
}

/** A timer that keeps no process alive. */
function sweeper(sweep: () => void): ReturnType<typeof setInterval> {
  const timer = setInterval(sweep, SWEEP * 1000);
  if (typeof timer === "object") timer.unref();
  return timer;
}
