import type { Model } from "sluice";
import type { DataSource } from "../../data/index.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { checkChoice, checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { definedOnly } from "../../util/named.js";
import { sayMissing } from "../baselines/saved.js";
import { readingLike, splitReading, type Reading } from "../common-options.js";
import { readOptions } from "../options.js";
import { BLEU_TOKENIZERS, type BleuTokenizer } from "../scores/bleu-tokens.js";
import type { Answer, Pipeline } from "../task.js";
import type { Signature, View } from "../view.js";
import { viewOf } from "../views/named.js";
import { checkSteppable } from "../views/steppable.js";
import { padded } from "./batches.js";
import { Codec, START, UNKNOWN } from "./codec.js";
import { idsOf, translations } from "./decode.js";
import { grouped, judge, type Grouped } from "./judge.js";
import { searchOptions, type Search } from "./options.js";
import { readPairs, readSources, type PairColumns } from "./pairs.js";
import { copying, Nearest } from "./rivals.js";

export interface TranslateParts {
  readonly columns: PairColumns;
  readonly source: Codec;
  readonly target: Codec;
  readonly search: Search;
  readonly bleuTokens: BleuTokenizer;
  readonly reading: Reading;
  /** Null where it was too large to be saved. */
  readonly nearest: Nearest | null;
}

const unknownIn = (ids: readonly number[]) => ids.flatMap((id, t) => (id === UNKNOWN ? [t] : []));

const WHOLE_SENTENCE =
  "it reads the whole sentence before it writes, and what it writes is searched for, not answered row by row";

/** Sentences to translations. */
export class TranslatePipeline implements Pipeline {
  readonly task = "translate";
  readonly reading: Reading;
  /** Lines of plain text on standard input are sentences of this column. */
  readonly lines: string;
  readonly #parts: TranslateParts;

  constructor(parts: TranslateParts) {
    this.#parts = parts;
    this.reading = parts.reading;
    this.lines = parts.columns.source;
  }

  static revive(saved: unknown): TranslatePipeline {
    const where = "translate: the saved model";
    const { columns, source, target, search, bleuTokens, reading, nearest } = (saved ?? {}) as Record<string, unknown>;
    const names = (columns ?? {}) as Partial<PairColumns>;
    check(typeof names.source === "string" && typeof names.target === "string", () => {
      return `${where} must hold the columns of both sides, got ${show(columns)}`;
    });
    const { beamWidth, lengthPenalty, coveragePenalty } = (search ?? {}) as Record<string, unknown>;
    const codec = Codec.revive(source);
    return new TranslatePipeline({
      columns: { source: names.source, target: names.target },
      source: codec,
      target: Codec.revive(target),
      search: {
        beamWidth: checkCount(where, "beamWidth", beamWidth),
        lengthPenalty: checkRange(where, "lengthPenalty", lengthPenalty, 0),
        coveragePenalty: checkRange(where, "coveragePenalty", coveragePenalty, 0),
      },
      bleuTokens: checkChoice(where, "bleuTokens", bleuTokens, BLEU_TOKENIZERS),
      reading: (reading ?? {}) as Reading,
      nearest: nearest === null ? null : Nearest.revive(nearest, codec),
    });
  }

  toJSON(): object {
    const { columns, source, target, search, bleuTokens, reading, nearest } = this.#parts;
    const codecs = { source: source.toJSON(), target: target.toJSON() };
    return { columns, ...codecs, search, bleuTokens, reading, nearest: nearest?.saved() ?? null };
  }

  /**
   * One answer for each sentence: a line of a text file, or an entry of the source's column (or a table's only one).
   * @param options of reading, and of the search: beamWidth, lengthPenalty, coveragePenalty; default those of training
   */
  async predict(
    model: Model,
    data: DataSource,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<readonly Answer[]> {
    const where = "translate.predict";
    const { search, reading } = this.#options(where, options);
    const { columns, source, target } = this.#parts;
    const sentences = await readSources(where, data, columns, reading, "format" in options);
    const found = await translations(model, sentences, source, target, search);
    return found.map(({ text, score }, i) => ({ source: sentences[i]!, translation: text, score }));
  }

  /**
   * The sentences, and what the network has written of their translations at each step: its own translations, which are found first.
   * @param options as for `predict`
   */
  async view(model: Model, data: DataSource, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const where = "translate.view";
    const { search, reading } = this.#options(where, options);
    const { columns, source, target } = this.#parts;
    const sentences = await readSources(where, data, columns, reading, "format" in options);
    const found = await translations(model, sentences, source, target, search);
    const read = sentences.map((text) => idsOf(source, text));
    const written = found.map(({ ids }) => [START, ...ids]);
    return viewOf(model, {
      x: [padded(read), padded(written)],
      references: sentences.map((text, i) => ({ source: text, translation: found[i]!.text })),
      inputs: [
        {
          kind: "tokens",
          steps: found.map(({ sourceTokens }) => sourceTokens),
          features: [],
          unknown: read.map(unknownIn),
        },
        { kind: "tokens", steps: found.map(({ ids }) => ["(start)", ...ids.map((id) => target.pieceOf(id))]), features: [] }, // prettier-ignore
      ],
      attention: found.map(({ sourceTokens, targetTokens, attention }) => {
        return { source: sourceTokens, target: targetTokens, weights: attention };
      }),
      outputs: ["(padding)", "(start)", "(end)", "(unknown)", ...target.pieces].map((name) => ({ name })),
    });
  }

  signature(): Signature {
    return {
      task: this.task,
      sample: "text",
      inputs: [{ name: this.#parts.columns.source, type: "text" }],
      outputs: [
        { name: "source", type: "text" },
        { name: "translation", type: "text" },
        { name: "score", type: "number", description: "ln P of the tokens over the length penalty" },
      ],
      notSteppable: WHOLE_SENTENCE,
    };
  }

  stepper(): never {
    return checkSteppable(WHOLE_SENTENCE);
  }

  async evaluate(
    model: Model,
    data: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const where = "translate.evaluate";
    const { search, reading } = this.#options(where, options);
    const pairs = await readPairs(where, data, this.#parts.columns, reading);
    const { nearest } = this.#parts;
    const evaluation = await this.judge(model, grouped(pairs), part ?? pairs.name, search);
    return nearest?.saved() ? evaluation : sayMissing(evaluation, "the nearest sentence");
  }

  async judge(
    model: Model,
    { sources, references }: Grouped,
    part: string,
    search = this.#parts.search,
  ): Promise<Evaluation> {
    const { source, target, bleuTokens, nearest } = this.#parts;
    const network = await translations(model, sources, source, target, search);
    const rivals = [copying, ...(nearest ? [nearest] : [])].map((rival) => {
      return { name: rival.name, kind: rival.kind, texts: sources.map((text) => rival.translate(text)) };
    });
    return judge({ part, sources, references, network, rivals }, target, bleuTokens);
  }

  #options(where: string, options: Readonly<Record<string, unknown>>) {
    const [given, search] = splitReading(options);
    const asked = readOptions(where, searchOptions, search);
    return {
      reading: readingLike(where, this.reading, { ...given }),
      search: { ...this.#parts.search, ...definedOnly(asked) },
    };
  }
}
