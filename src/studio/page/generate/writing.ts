import { batch, signal } from "@preact/signals";
import type { GenerateChange, GenerateEvents, GenerateRequest, Maybe } from "../../api/index.js";
import { apiPath, post, RequestProblem } from "../client.js";
import { postForEvents } from "../events.js";

export interface Piece {
  readonly text: string;
  readonly probability: Maybe;
}

/** One text that is being written, and those that were written before it are gone. */
export class Writing {
  readonly prompt = signal("");
  readonly pieces = signal<readonly Piece[]>([]);
  readonly state = signal<"idle" | "writing" | "done" | "stopped">("idle");
  readonly end = signal<GenerateEvents["end"] | null>(null);
  readonly error = signal<unknown>(null);
  #id: string | null = null;
  #abort: AbortController | null = null;
  #waiting: Piece[] = [];
  #frame = 0;
  #change: GenerateChange | null = null;
  #sending = false;

  constructor(private readonly run: string) {}

  async start(request: GenerateRequest): Promise<void> {
    this.dispose();
    const abort = new AbortController();
    this.#abort = abort;
    batch(() => {
      this.prompt.value = request.prompt;
      this.pieces.value = [];
      this.end.value = null;
      this.error.value = null;
      this.state.value = "writing";
    });
    try {
      await postForEvents<GenerateEvents>(
        apiPath("runs", this.run, "generate"),
        request,
        {
          begin: ({ id }) => this.#begin(id),
          piece: (piece) => this.#add(piece),
          end: (end) => (this.end.value = end),
          error: (problem) => (this.error.value = new RequestProblem(problem.status, problem.title, problem.detail)),
        },
        abort.signal,
      );
    } catch (error) {
      if (!abort.signal.aborted) this.error.value = error;
    }
    if (this.#abort !== abort) return; // another text has begun
    this.#flush();
    this.#id = null;
    if (this.state.value === "writing") this.state.value = "done";
  }

  /** Takes hold at the next piece. Changes that come while one travels are sent together after it. */
  change(change: GenerateChange): void {
    if (this.state.peek() !== "writing") return;
    this.#change = { ...this.#change, ...change };
    if (!this.#sending) void this.#send();
  }

  stop(): void {
    this.change({ stop: true });
    this.state.value = "stopped";
  }

  /** Lets go of the text that is being written. */
  dispose(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#waiting = [];
    this.#change = null;
    this.#id = null;
    this.#abort?.abort();
  }

  /** What was changed before the text had a name is told now. */
  #begin(id: string): void {
    this.#id = id;
    if (this.#change && !this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    while (this.#change && this.#id !== null) {
      const change = this.#change;
      this.#change = null;
      try {
        await post<void>(apiPath("generations", this.#id), change);
      } catch (error) {
        // One that has ended meanwhile needs no change any more.
        if (!(error instanceof RequestProblem && error.status === 404)) this.error.value = error;
      }
    }
    this.#sending = false;
  }

  /** Pieces come faster than pictures are drawn: those of one frame together. */
  #add(piece: Piece): void {
    this.#waiting.push(piece);
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#waiting.length > 0) this.pieces.value = [...this.pieces.value, ...this.#waiting];
    this.#waiting = [];
  }
}
