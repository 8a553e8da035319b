/** One WebSocket's talk, apart from the socket: messages in, answers out in the same order, a sequence that goes on in between. */
import type { Json } from "../../format/json.js";
import type { TensorData } from "../../tensor/dtype.js";
import { parseBody } from "../body.js";
import { isObject } from "../predict/fields.js";
import { Problem } from "../problem.js";
import { problemOf } from "../problem-of.js";
import type { Sessions } from "./sessions.js";
import type { Sequence } from "./step-engine.js";
import type { SteppedModel, Steps } from "./stepped-model.js";

/** Text, or numbers as bytes. */
export type Send = (answer: string | Uint8Array) => void;

export interface Talk {
  /** Messages that wait for their answer. */
  readonly pending: number;
  /** A text message: JSON. */
  text(bytes: Uint8Array): void;
  binary(bytes: Uint8Array): void;
  /** Answers a message that is not looked at. */
  refuse(problem: Problem): void;
  close(): void;
}

/** An answer's place in the order. */
interface Place {
  answer: string | Uint8Array | null;
}

/** Where a sequence stands: "reset" begins another one, while steps of the one before may still be under way. */
interface Run {
  readonly sequence: Sequence;
  steps: number;
  under: number;
}

export class Conversation implements Talk {
  readonly #places: Place[] = [];
  #run: Run;
  #closed = false;

  /** @param numbers what binary messages are: float32, or 16-bit samples, which become −1 to 1; @param asNumbers whether answers are float32 too */
  constructor(
    private readonly model: SteppedModel,
    private readonly sessions: Sessions,
    private readonly numbers: "float32" | "pcm16",
    private readonly asNumbers: boolean,
    private readonly send: Send,
  ) {
    this.#run = this.#begin();
  }

  get pending(): number {
    return this.#places.length;
  }

  text(bytes: Uint8Array): void {
    this.#try(() => {
      const body = parseBody(bytes);
      if (!isObject(body)) throw new Problem("invalid-input", "A message must be a JSON object.");
      if (body["reset"] !== undefined) this.#reset(body);
      else this.#ask(this.model.read(body));
    });
  }

  binary(bytes: Uint8Array): void {
    this.#try(() => this.#ask(this.model.readNumbers(numbersOf(bytes, this.numbers))));
  }

  refuse(problem: Problem): void {
    this.#settle(this.#place(), problemText(problem, this.sessions.context.basePath));
  }

  close(): void {
    this.#closed = true;
    this.model.engine.close(this.#run.sequence);
  }

  #try(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.refuse(this.#told(error));
    }
  }

  #ask(steps: Steps): void {
    const run = this.#run;
    this.model.ask(run.sequence, steps.frames, steps.count, (error, outputs) => {
      run.under -= 1;
      if (run !== this.#run && run.under === 0) this.model.engine.close(run.sequence);
      this.#settle(place, this.#answer(run, steps, error, outputs));
    });
    const place = this.#place();
    run.under += 1;
  }

  #answer(run: Run, steps: Steps, error: unknown, outputs: TensorData): string | Uint8Array {
    try {
      if (error !== null) throw error;
      const before = run.steps;
      run.steps += steps.count;
      return this.asNumbers ? bytesOf(outputs) : JSON.stringify(this.model.answer(steps, outputs, before));
    } catch (failure) {
      return problemText(this.#told(failure), this.sessions.context.basePath);
    }
  }

  #reset(body: { readonly [name: string]: Json }): void {
    if (body["reset"] !== true || Object.keys(body).length > 1)
      throw new Problem("invalid-input", 'To begin anew send {"reset": true} and nothing else.');
    const before = this.#run;
    this.#run = this.#begin();
    if (before.under === 0) this.model.engine.close(before.sequence);
    this.#settle(this.#place(), JSON.stringify({ step: 0 }));
  }

  #begin(): Run {
    return { sequence: this.model.engine.start(), steps: 0, under: 0 };
  }

  #place(): Place {
    const place = { answer: null };
    this.#places.push(place);
    return place;
  }

  #settle(place: Place, answer: string | Uint8Array): void {
    place.answer = answer;
    while (this.#places.length > 0 && this.#places[0]!.answer !== null) {
      const { answer: next } = this.#places.shift()!;
      if (!this.#closed) this.send(next!);
    }
  }

  #told(error: unknown): Problem {
    return toldProblem(error, this.sessions.context);
  }
}

/** What is not the client's fault is logged with its stack. */
export function toldProblem(error: unknown, { log }: Sessions["context"]): Problem {
  const problem = problemOf(error);
  if (problem.kind === "internal")
    log("error", "failure", { route: "/v1/stream", stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }); // prettier-ignore
  return problem;
}

export const problemText = (problem: Problem, basePath: string) =>
  JSON.stringify({ problem: problem.toDocument(basePath) });

function bytesOf(outputs: TensorData): Uint8Array {
  const { buffer, byteOffset, byteLength } = outputs instanceof Float32Array ? outputs : Float32Array.from(outputs);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function numbersOf(bytes: Uint8Array, kind: "float32" | "pcm16"): Float32Array {
  if (kind === "pcm16") return Float32Array.from(samplesOf(bytes), (sample) => sample / 32768);
  if (bytes.length % 4 !== 0)
    throw new Problem("invalid-input", `Numbers of float32 are 4 bytes each, got ${bytes.length} bytes.`);
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** 16-bit samples, little-endian. @throws Problem 422 for half a sample */
export function samplesOf(bytes: Uint8Array): Int16Array {
  if (bytes.length % 2 !== 0)
    throw new Problem("invalid-input", `Samples of 16 bits are 2 bytes each, got ${bytes.length} bytes.`);
  return new Int16Array(new Uint8Array(bytes).buffer);
}
