/** One WebSocket: how fast it is read, when it is given up, and why it is closed. */
import type { Duplex } from "node:stream";
import type { RawData, WebSocket } from "ws";
import type { ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import { problemOf } from "../problem-of.js";
import type { Talk } from "../sessions/conversation.js";

/** Why the server closes (RFC 6455, 7.4; 4000 and above are an application's own). The library adds 1002, 1007 and 1009 by itself. */
export const CLOSE = {
  /** The server is shutting down. */
  goingAway: 1001,
  /** The model was replaced, and the grace time has passed: connect again. */
  replaced: 1012,
  /** No message came for the idle time. */
  idle: 4408,
} as const;

/** Bytes of answers that wait for the client to read; beyond it its messages are not read. */
const MOST_UNREAD = 2 ** 20;
/** Messages under way beyond which no more are read, and from which on they are again. */
const MOST_PENDING = 256;
const FEW_PENDING = 64;

export interface ConnectionOptions {
  readonly context: ServerContext;
  readonly client: string;
  /** Milliseconds. */
  readonly now: () => number;
}

export class Connection {
  #heard: number;
  /** When reading stopped because the client does not read; null while it does. */
  #stalled: number | null = null;
  #alive = true;
  #corked = false;
  readonly #uncork = () => {
    this.#corked = false;
    this.socket.uncork();
    this.#regulate();
  };

  constructor(
    private readonly ws: WebSocket,
    private readonly socket: Duplex,
    private readonly talk: Talk,
    private readonly options: ConnectionOptions,
  ) {
    this.#heard = options.now();
    ws.on("message", (data, isBinary) => this.#take(data, isBinary));
    ws.on("pong", () => (this.#alive = true));
    // What a client does against the protocol the library answers with a close code; its socket may also simply end.
    ws.on("error", (error) =>
      options.context.log("warn", "stream failed", { client: options.client, reason: error.message }),
    );
    socket.on("drain", () => this.#regulate());
  }

  /** Called again and again: asks for a sign of life, and gives up who shows none. @param patience milliseconds */
  look(patience: number): void {
    const now = this.options.now();
    const silent = this.#stalled === null ? !this.#alive : now - this.#stalled > patience;
    if (silent) return this.ws.terminate();
    if (this.talk.pending === 0 && now - this.#heard > this.options.context.limits.idle * 1000)
      return this.close(CLOSE.idle, "no message for too long");
    // While nothing is read, no pong is either.
    if (this.#stalled !== null) return;
    this.#alive = false;
    this.ws.ping();
  }

  close(code: number, reason: string): void {
    this.ws.close(code, reason);
  }

  terminate(): void {
    this.ws.terminate();
  }

  #take(data: RawData, isBinary: boolean): void {
    const { context, client, now } = this.options;
    this.#heard = now();
    const bytes = data as Buffer;
    try {
      context.spend(client);
      if (context.stopping.aborted) throw new Problem("shutting-down", "The server finishes what is under way.");
    } catch (error) {
      this.talk.refuse(problemOf(error));
      return;
    }
    if (isBinary) this.talk.binary(bytes);
    else this.talk.text(bytes);
    this.#regulate();
  }

  /** Answers of one turn go out in one packet. */
  send(answer: string | Uint8Array): void {
    if (this.ws.readyState !== this.ws.OPEN) return;
    if (!this.#corked) {
      this.#corked = true;
      this.socket.cork();
      process.nextTick(this.#uncork);
    }
    this.ws.send(answer);
  }

  /** A client that asks faster than it reads, or than the network computes, is not read for a while: TCP tells it to wait. */
  #regulate(): void {
    const unread = this.ws.bufferedAmount;
    if (unread > MOST_UNREAD) this.#stalled ??= this.options.now();
    else this.#stalled = null;
    const full = this.#stalled !== null || this.talk.pending > MOST_PENDING;
    if (full && !this.ws.isPaused) this.ws.pause();
    else if (!full && this.ws.isPaused && this.talk.pending <= FEW_PENDING) this.ws.resume();
  }
}
