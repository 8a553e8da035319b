import { ragged, type Model } from "sluice";
import { readTable, type DataSource, type ReadOptions, type Table } from "../../data/index.js";
import { decodeText } from "../../data/readers/decode.js";
import { isTable, openSource } from "../../data/readers/source.js";
import { textsOf } from "../../data/table/table.js";
import { verdictOf, type Entry, type Evaluation, type Judge, type Picture } from "../../runs/evaluation.js";
import { check, show } from "../../util/errors.js";
import { unigramOf } from "../baselines/n-gram.js";
import { sayMissing } from "../baselines/saved.js";
import { readingLike, readingOf, splitReading, type Reading } from "../common-options.js";
import type { Answer, Pipeline } from "../task.js";
import { readOptions } from "../options.js";
import type { Signature, Stepper, View } from "../view.js";
import { textIn } from "../views/fields.js";
import { viewOf } from "../views/named.js";
import { checkSteppable, whyNotSteppable } from "../views/steppable.js";
import { continuation, promptIds, textOf } from "./continuation.js";
import { readCorpus } from "./corpus.js";
import type { Ids } from "./id-list.js";
import { natsOf } from "./likelihood.js";
import { samplingOptions, type SamplingOptions } from "./options.js";
import { Sampler } from "./sampler.js";
import { Vocabulary } from "./vocabulary.js";

/** P(piece at a place | those before it) of a model that is measured beside the network. */
export interface Baseline {
  readonly name: string;
  readonly kind: "trivial" | "simple";
  probability(ids: Ids, at: number): number;
}

/** Text in, text or its likelihood out. */
export class GeneratePipeline implements Pipeline {
  readonly task = "generate";

  constructor(
    readonly vocabulary: Vocabulary,
    /** Of the training text; undefined where it was found out. */
    private readonly encoding: string | undefined,
  ) {}

  static revive(saved: unknown): GeneratePipeline {
    const { vocabulary, encoding } = saved as { vocabulary: unknown; encoding: string | null };
    return new GeneratePipeline(Vocabulary.revive(vocabulary), encoding ?? undefined);
  }

  get reading(): Reading {
    return readingOf({ encoding: this.encoding });
  }

  toJSON(): object {
    return { vocabulary: this.vocabulary.toJSON(), encoding: this.encoding ?? null };
  }

  /**
   * Continues each prompt: each line of a text file, each entry of a table's column "prompt" (or its only column).
   * @param options of reading, and of sampling but for `prompt`; the seed is 1 unless it is given, so that a file gives the same answers twice
   */
  async predict(model: Model, source: DataSource, options: SamplingOptions = {}): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    const [given, sampling] = splitReading({ ...options });
    const reading = readingLike("generate.predict", this.reading, { ...given });
    for (const prompt of await promptsOf(source, reading)) {
      const text = await textOf(continuation(model, this.vocabulary, { seed: 1, ...sampling, prompt }));
      answers.push({ prompt, continuation: text });
    }
    return answers;
  }

  /**
   * The prompts as the network reads them before it writes.
   * @param options of reading, and `unknown`: what becomes of characters that the model does not know
   */
  async view(model: Model, source: DataSource, options: SamplingOptions = {}): Promise<View> {
    const [given, sampling] = splitReading({ ...options });
    const { unknown } = readOptions("generate.view", samplingOptions, sampling);
    const prompts = await promptsOf(source, readingLike("generate.view", this.reading, { ...given }));
    const ids = prompts.map((prompt) => promptIds(this.vocabulary, { prompt, unknown }));
    return viewOf(model, {
      x: ragged(ids),
      references: prompts.map((prompt) => ({ prompt })),
      inputs: [{ kind: "tokens", steps: ids.map((own) => Array.from(own, (id) => this.#piece(id))), features: [] }],
      outputs: this.#pieces.map((name) => ({ name })),
    });
  }

  signature(model: Model): Signature {
    return {
      task: this.task,
      sample: "text",
      inputs: [{ name: "prompt", type: "text" }],
      outputs: ["prompt", "continuation"].map((name) => ({ name, type: "text" })),
      notSteppable: whyNotSteppable(model),
    };
  }

  /** Its answers are the likeliest next piece, which is never the unknown one, and how probable it is. */
  stepper(model: Model): Stepper {
    checkSteppable(whyNotSteppable(model));
    const { vocabulary } = this;
    const sampler = new Sampler(vocabulary.size, { temperature: 1 }, vocabulary.unknown);
    const name = vocabulary.level === "char" ? "character" : "word";
    const example = this.#pieces.find(
      (piece) => /^\p{L}+$/u.test(piece) && vocabulary.encode(piece, "error").length === 1,
    );
    return {
      fields: [{ name, type: "text", ...(example !== undefined && { example }) }],
      rows: { least: 1, most: null },
      outputs: [{ name: "next", type: "text" }, { name: "probability", type: "number" }], // prettier-ignore
      width: 1,
      encode(row, frame, offset = 0) {
        const piece = textIn("generate", row, name);
        const ids = vocabulary.encode(piece, "error");
        check(ids.length === 1, () => `generate: ${name} must hold one ${name}, got ${show(piece)}`);
        frame[offset] = ids[0]!;
      },
      decode: (output, offset) => {
        const p = sampler.distribution(Float64Array.from({ length: vocabulary.size }, (_, k) => output[offset + k]!));
        const next = p.reduce((best, value, k) => (value > p[best]! ? k : best), 0);
        return { next: this.#piece(next), probability: p[next]! };
      },
    };
  }

  #piece(id: number): string {
    return this.vocabulary.decode([id]);
  }

  get #pieces(): string[] {
    return Array.from({ length: this.vocabulary.size }, (_, id) => this.#piece(id));
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const { encoding } = readingLike("generate.evaluate", this.reading, options);
    const { level, lower } = this.vocabulary;
    const corpus = await readCorpus("generate", source, { level, lower, encoding });
    const ids = this.vocabulary.number(corpus);
    return sayMissing(await this.judge(model, ids, part ?? corpus.name, [this.unigram()], []), "the n-gram model");
  }

  /** The network and the baselines on one part of a text, all of them on the same pieces: all but the first. */
  async judge(
    model: Model,
    ids: Ids,
    part: string,
    baselines: readonly Baseline[],
    pictures: readonly Picture[],
  ): Promise<Evaluation> {
    const word = this.vocabulary.level === "word";
    const values = (nats: number): Record<string, number> =>
      word ? { perplexity: Math.exp(nats), nats } : { nats, bits: nats / Math.LN2 };
    const entries: Entry[] = [{ name: "network", kind: "network", values: values(await natsOf(model, ids)) }];
    for (const { name, kind, ...baseline } of baselines)
      entries.push({ name, kind, values: values(meanSurprise(baseline, ids)) });
    const judge: Judge = word
      ? { name: "perplexity", mode: "min" }
      : { name: "nats", mode: "min", unit: "nats a character" };
    const of = word ? "words" : "characters";
    return { count: ids.length - 1, of, part, judge, entries, verdict: verdictOf(judge, entries), pictures };
  }

  /** How often each piece comes, whatever stands before it. */
  unigram(): Baseline {
    const p = unigramOf(this.vocabulary.counts);
    return { name: "unigram", kind: "trivial", probability: (ids, at) => p[ids[at]!]! };
  }
}

function meanSurprise({ probability }: Pick<Baseline, "probability">, ids: Ids): number {
  let sum = 0;
  for (let at = 1; at < ids.length; at++) sum -= Math.log(probability(ids, at));
  return sum / (ids.length - 1);
}

const TABLES = ["csv", "tsv", "tab", "jsonl", "ndjson", "json", "parquet", "arrow", "feather", "ipc"];

async function promptsOf(source: DataSource, reading: ReadOptions): Promise<readonly string[]> {
  const opened = Array.isArray(source) || isTable(source) ? null : openSource("generate", source as string);
  if (opened === null || reading.format !== undefined || TABLES.includes(opened.ending))
    return columnOfPrompts(await readTable(source, reading));
  let text = "";
  for await (const block of decodeText("generate", opened.name, opened.bytes(), reading.encoding)) text += block;
  return text.split(/\r?\n/).filter((line) => line !== "");
}

function columnOfPrompts(table: Table): readonly string[] {
  const only = table.columns.length === 1 ? table.columns[0]!.name : "prompt";
  const prompts = textsOf("generate", table, only);
  return prompts.map((prompt, row) => {
    check(prompt !== null, () => `generate: ${table.source}, ${table.placeOf(row)}: the prompt is missing`);
    return prompt;
  });
}
