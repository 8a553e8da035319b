/** A served model run one step at a time: its engine, raw rows to frames, outputs to answers. */
import type { Json } from "../../format/json.js";
import type { Answer } from "../../tasks/task.js";
import type { RawRow, Stepper } from "../../tasks/view.js";
import { makeData, type TensorData } from "../../tensor/dtype.js";
import { show, SluiceError } from "../../util/errors.js";
import type { ServerContext } from "../context.js";
import { invalid, missingIn, pointerStep, whyWrong, type Row } from "../predict/fields.js";
import { Problem, type ProblemItem } from "../problem.js";
import type { ServedModel } from "../served-model.js";
import { PlainFrames, wrong } from "./plain-frames.js";
import { SequenceClosed, StepEngine, type Sequence } from "./step-engine.js";

/** What a request or a message asks for. */
export interface Steps {
  /** [count, numbers of a frame] */
  readonly frames: ArrayLike<number>;
  readonly count: number;
  /** The rows as they came, which answers may go on from; none for a plain model. */
  readonly rows: readonly RawRow[];
  /** Whether a single answer is wanted and not a list. */
  readonly single: boolean;
}

type JsonObject = { readonly [name: string]: Json };

/** Steps of one session that may wait for those before them. */
const MOST_WAITING = 256;

export class SteppedModel {
  readonly engine: StepEngine;
  readonly #stepper: Stepper | null;
  readonly #plain: PlainFrames;

  /** @throws Problem 422 when the model cannot be run step by step */
  constructor(
    readonly served: ServedModel,
    private readonly context: ServerContext,
  ) {
    const { name: model, notSteppable, stepper } = served;
    if (notSteppable !== null) throw new Problem("not-supported", `${model} has no sessions: ${notSteppable}`);
    const labels = { model };
    this.engine = new StepEngine(served.model, {
      onBatch: (rows) => {
        context.metrics.steps.add(labels, rows);
        context.metrics.batchSize.observe(rows, labels);
      },
    });
    this.#stepper = stepper;
    this.#plain = new PlainFrames(served.model, this.engine.frameWidths);
  }

  /**
   * The steps of a body or message: one of `row` {name: value}, `rows`, `values` [numbers] or lists of them.
   * @throws Problem 422 with the place of what does not fit
   */
  read(body: JsonObject): Steps {
    const { row, rows, values } = body;
    const given = [row, rows, values].filter((one) => one !== undefined).length;
    if (given !== 1)
      throw new Problem(
        "invalid-input",
        `Give one of "row", "rows" and "values"; ${given === 0 ? "there is none" : `there are ${given}`}.`,
      );
    if (row !== undefined) return this.#rows([row], "#/row", true);
    if (rows !== undefined) return this.#rows(listOf(rows, "#/rows"), "#/rows", false);
    return this.#values(values!);
  }

  /** Frames that are numbers already, one after the other, as binary messages bring them. */
  readNumbers(numbers: ArrayLike<number>): Steps {
    const size = this.#stepper ? this.#stepper.fields.length : this.engine.frameSize;
    const count = numbers.length / size;
    if (count < 1 || !Number.isInteger(count))
      throw new Problem("invalid-input", `Expected ${size} numbers for each step, got ${numbers.length}.`);
    this.#checkLength(count);
    if (this.#stepper) {
      const lists = Array.from({ length: count }, (_, i) =>
        Array.from({ length: size }, (_, j) => numbers[i * size + j]!),
      );
      return this.#rows(
        lists.map((list) => this.#named(list, "#")),
        "#",
        count === 1,
      );
    }
    for (let i = 0; i < numbers.length; i++)
      if (!Number.isFinite(numbers[i])) throw new Problem("invalid-input", `Number ${i} is ${numbers[i]}.`);
    return { frames: numbers, count, rows: [], single: count === 1 };
  }

  /** @throws Problem 409 or 503 where too many steps wait, 404 where the session was closed meanwhile */
  run(sequence: Sequence, { frames, count }: Steps): Promise<TensorData> {
    if ((sequence.waiting?.length ?? 0) >= MOST_WAITING)
      throw new Problem("session-busy", `${MOST_WAITING} requests wait for this session already.`, { retryAfter: 1 });
    return new Promise((resolve, reject) => {
      this.ask(sequence, frames, count, (error, outputs) => {
        if (error === null) resolve(outputs);
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  }

  /** The same without a promise. @param answer called later, never at once; it must not throw */
  ask(
    sequence: Sequence,
    frames: ArrayLike<number>,
    count: number,
    answer: (error: unknown, outputs: TensorData) => void,
  ): void {
    const { maxQueue } = this.context.limits;
    if (this.engine.queued >= maxQueue)
      throw new Problem("overloaded", `${maxQueue} steps wait for the network already.`, { retryAfter: 1 });
    this.engine.step(sequence, frames, count, (error, outputs) => {
      answer(
        error instanceof SequenceClosed ? new Problem("unknown-session", "The session was closed.") : error,
        outputs,
      );
    });
  }

  /** What is told of the steps: one answer, or a list of them. @param before steps of the session before these */
  answer({ rows, single, count }: Steps, outputs: TensorData, before: number): object {
    const step = before + count;
    const each = Array.from({ length: count }, (_, i) => this.#answerOf(outputs, i, rows[i]));
    if (this.#stepper) return single ? { step, answer: each[0] } : { step, answers: each };
    return single ? { step, output: each[0] } : { step, outputs: each };
  }

  #answerOf(outputs: TensorData, i: number, row: RawRow | undefined): Answer | Json {
    const at = i * this.engine.outputSize;
    return this.#stepper
      ? this.#stepper.decode(outputs, at, row!)
      : this.#plain.output(outputs, at, this.engine.outputShapes);
  }

  #rows(rows: readonly Json[], at: string, single: boolean): Steps {
    const stepper = this.#stepper;
    if (!stepper)
      throw new Problem("invalid-input", `${this.served.name} is a plain model without named fields; send "values".`);
    this.#checkLength(rows.length);
    const frames = new Float32Array(rows.length * stepper.width);
    for (const [i, row] of rows.entries()) {
      const place = single ? at : `${at}/${i}`;
      if (row === null || typeof row !== "object" || Array.isArray(row))
        throw wrong(place, `a row must be an object of fields, got ${show(row)}`);
      try {
        stepper.encode(row, frames, i * stepper.width);
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        const errors = errorsOf(row, stepper, place);
        throw errors.length > 0 ? invalid(errors) : wrong(place, error.message);
      }
    }
    return { frames, count: rows.length, rows: rows as readonly RawRow[], single };
  }

  #values(values: Json): Steps {
    const frames = this.#stepper ? this.#fieldLists(values) : this.#plain.lists(values);
    const single = frames === null;
    const lists = frames ?? [values];
    this.#checkLength(lists.length);
    const place = (i: number) => (single ? "#/values" : `#/values/${i}`);
    if (this.#stepper)
      return this.#rows(
        lists.map((list, i) => this.#named(listOf(list, place(i)), place(i))),
        "#/values",
        single,
      );
    const { frameSize } = this.engine;
    const numbers = makeData(this.served.model.dtype, lists.length * frameSize);
    for (const [i, frame] of lists.entries()) this.#plain.write(frame, numbers, i * frameSize, place(i));
    return { frames: numbers, count: lists.length, rows: [], single };
  }

  #fieldLists(values: Json): readonly Json[] | null {
    return Array.isArray(values) && Array.isArray(values[0]) ? values : null;
  }

  /** A row of values in the order of the fields. */
  #named(values: readonly Json[], place: string): { [name: string]: Json } {
    const { fields } = this.#stepper!;
    if (values.length !== fields.length)
      throw wrong(
        place,
        `expected ${fields.length} values (${fields.map(({ name }) => name).join(", ")}), got ${values.length}`,
      );
    return Object.fromEntries(fields.map(({ name }, i) => [name, values[i]!]));
  }

  #checkLength(count: number): void {
    const { maxLength } = this.context.limits;
    if (count === 0) throw new Problem("invalid-input", "There are no steps.");
    if (count > maxLength) throw new Problem("too-long", `At most ${maxLength} steps in one request, got ${count}.`);
  }
}

/** Where in a row that the preprocessing refuses a field is missing, or of another type. */
function errorsOf(row: RawRow, { fields }: Stepper, place: string): ProblemItem[] {
  const at = (name: string) => place + pointerStep(name);
  const wrongTypes = fields.flatMap((field): ProblemItem[] => {
    const value = (row as Row)[field.name] ?? null;
    const detail = value === null ? null : whyWrong(field, value);
    return detail === null ? [] : [{ pointer: at(field.name), detail }];
  });
  return [...missingIn(row as Row, fields, at), ...wrongTypes];
}

function listOf(values: Json, place: string): readonly Json[] {
  if (!Array.isArray(values)) throw wrong(place, `expected a list, got ${show(values)}`);
  return values;
}
