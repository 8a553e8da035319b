/** A WebSocket that is listened to: raw 16-bit samples in, for each frame the scores of the classes, and what is decided. */
import { turn } from "../turn.js";
import type { Decision } from "../../streaming/index.js";
import { soundConfigOf, soundStream, type SoundStream } from "../../streaming/index.js";
import { parseBody } from "../body.js";
import { isObject } from "../predict/fields.js";
import { Problem } from "../problem.js";
import type { ServedModel } from "../served-model.js";
import { problemText, samplesOf, toldProblem, type Send, type Talk } from "./conversation.js";
import type { Sessions } from "./sessions.js";

/** Samples that are heard before others have their turn: about half a second, some milliseconds of work. */
const AT_ONCE = 8192;

export const listens = ({ model }: ServedModel) => soundConfigOf(model) !== null;

export class SoundConversation implements Talk {
  readonly #stream: SoundStream;
  #step = 0;
  #decisions: Decision[] = [];
  #last: Promise<void> = Promise.resolve();
  #pending = 0;
  #closed = false;

  /** @param rate samples a second; default: those that the model knows. @throws SluiceError when it cannot be run step by step */
  constructor(
    { model }: ServedModel,
    private readonly sessions: Sessions,
    rate: number | undefined,
    private readonly send: Send,
  ) {
    this.#stream = soundStream(model, {
      ...(rate !== undefined && { inputRate: rate }),
      onDecision: (decision) => this.#decisions.push(decision),
      onFrame: (smoothed, time) => this.#frame(smoothed, time),
    });
  }

  get pending(): number {
    return this.#pending;
  }

  binary(bytes: Uint8Array): void {
    const samples = new Uint8Array(bytes);
    this.#then(() => this.#hear(samplesOf(samples)));
  }

  /** `{"end": true}`: the sound has ended; `{"reset": true}`: another one begins. */
  text(bytes: Uint8Array): void {
    const message = new Uint8Array(bytes);
    this.#then(() => {
      const body = parseBody(message);
      const known =
        isObject(body) && Object.keys(body).length === 1 && (body["end"] === true || body["reset"] === true);
      if (!known) throw new Problem("invalid-input", 'Send samples, {"end": true} or {"reset": true}.');
      if (body["end"] === true) this.#stream.end();
      else this.#stream.reset();
      this.#tell({ step: this.#step, ended: body["end"] === true, ...this.#decided() });
      this.#step = 0;
    });
  }

  refuse(problem: Problem): void {
    this.#then(() => this.#problem(problem));
  }

  close(): void {
    this.#closed = true;
  }

  async #hear(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length && !this.#closed; at += AT_ONCE) {
      if (at > 0) await turn();
      this.#stream.push(samples.subarray(at, at + AT_ONCE));
    }
  }

  #frame(smoothed: Float64Array, time: number): void {
    const { labels } = this.#stream.decider;
    const scores = Object.fromEntries(labels.map((label, i) => [label, smoothed[i]!]));
    this.#tell({ step: ++this.#step, time, scores, ...this.#decided() });
  }

  #decided(): { decisions?: Decision[] } {
    if (this.#decisions.length === 0) return {};
    const decisions = this.#decisions;
    this.#decisions = [];
    return { decisions };
  }

  /** One message after the other, though one may take several turns. */
  #then(take: () => void | Promise<void>): void {
    this.#pending += 1;
    this.#last = this.#last
      .then(() => (this.#closed ? undefined : take()))
      .catch((error: unknown) => this.#problem(toldProblem(error, this.sessions.context)))
      .then(() => void (this.#pending -= 1));
  }

  #problem(problem: Problem): void {
    if (!this.#closed) this.send(problemText(problem, this.sessions.context.basePath));
  }

  #tell(message: object): void {
    if (!this.#closed) this.send(JSON.stringify(message));
  }
}
