import type { Model } from "sluice";
import { reviveAudio, type AudioStep, type DataSource, type ReadOptions } from "../../data/index.js";
import type { Evaluation } from "../../runs/evaluation.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { sayMissing } from "../baselines/saved.js";
import { readingLike, type Reading } from "../common-options.js";
import type { Answer, Pipeline } from "../task.js";
import { readTranscripts, type ClipColumns, type Clips } from "./clips.js";
import type { Signature, View } from "../view.js";
import { bandNames, frameTimes, WHOLE_CLIP } from "../views/audio-names.js";
import { viewOf } from "../views/named.js";
import { checkSteppable } from "../views/steppable.js";
import { stacked, stepsOf } from "./frames.js";
import { decode, logitsOf, type Decoding } from "./decode.js";
import { judge } from "./judge.js";
import { Language } from "./language.js";
import { reviveRival, type Rival } from "./rivals.js";
import { normalized, Symbols } from "./symbols.js";

/** What may be transcribed: data with the columns of training, or alone a folder, a WAV file, its bytes, or a list of paths. */
export type Asked = DataSource | readonly string[];

export interface Parts {
  readonly step: AudioStep;
  /** dB below the loudest of a clip at which it is quiet. */
  readonly range: number;
  readonly columns: ClipColumns;
  readonly symbols: Symbols;
  readonly decoding: Decoding;
  readonly reading: Reading;
  /** Baselines; null where one was too large to be saved. */
  readonly rivals: readonly (Rival | null)[];
}

/** Recordings to texts. */
export class TranscribePipeline implements Pipeline {
  readonly task = "transcribe";
  readonly reading: Reading;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.reading = parts.reading;
  }

  static revive(saved: unknown): TranscribePipeline {
    const where = "transcribe: the saved model";
    const { step, range, columns, symbols, decoding, reading, rivals } = (saved ?? {}) as Record<string, unknown>;
    const { audio, text } = (columns ?? {}) as Partial<ClipColumns>;
    check(typeof audio === "string" && typeof text === "string", () => {
      return `${where} must hold the columns of clips and texts, got ${show(columns)}`;
    });
    const known = Symbols.revive(symbols);
    const { stack, beams, languageWeight, labelBonus, language } = (decoding ?? {}) as Record<string, unknown>;
    check(Array.isArray(rivals), () => `${where} must hold its baselines, got ${show(rivals)}`);
    return new TranscribePipeline({
      step: reviveAudio(step, where),
      range: checkRange(where, "range", range, 0),
      columns: { audio, text },
      symbols: known,
      decoding: {
        stack: checkCount(where, "stack", stack),
        beams: checkCount(where, "beams", beams),
        languageWeight: checkRange(where, "languageWeight", languageWeight, 0),
        labelBonus: checkRange(where, "labelBonus", labelBonus),
        language: language === null ? null : Language.revive(language, known.classes),
      },
      reading: (reading ?? {}) as Reading,
      rivals: rivals.map((rival) => (rival === null ? null : reviveRival(rival, known.classes))),
    });
  }

  toJSON(): object {
    const { step, range, columns, symbols, decoding, reading, rivals } = this.#parts;
    return {
      step: step.toJSON(),
      range,
      columns,
      symbols: symbols.toJSON(),
      decoding: { ...decoding, language: decoding.language?.toJSON() ?? null },
      reading,
      rivals: rivals.map((rival) => rival?.saved() ?? null),
    };
  }

  /** One answer for each clip: its path, what was heard, and the probability of that text. */
  async predict(model: Model, source: Asked, options: Readonly<Record<string, unknown>> = {}): Promise<Answer[]> {
    const clips = await this.#read("transcribe.predict", source as DataSource, false, options);
    const { decoding, symbols } = this.#parts;
    const logits = await logitsOf(model, clips.frames, decoding.stack);
    return clips.paths.map((path, i) => {
      const { labels, logProbability } = decode(logits[i]!, decoding);
      return { path, text: symbols.decode(labels), probability: Math.exp(logProbability) };
    });
  }

  /** Features are those of the frames that stand side by side in a step: "440 Hz, frame 2". */
  async view(model: Model, source: Asked, options: Readonly<Record<string, unknown>> = {}): Promise<View> {
    const { frames, paths } = await this.#read("transcribe.view", source as DataSource, false, options);
    const { step, decoding, symbols } = this.#parts;
    const { stack } = decoding;
    const bands = bandNames(step);
    const beside = (k: number) => bands.map((band) => (stack === 1 ? band : `${band}, frame ${k + 1}`));
    return viewOf(model, {
      x: stacked(frames, stack),
      references: paths.map((path) => ({ path })),
      inputs: [
        {
          kind: "series",
          steps: frames.map(({ length }) => frameTimes(step, stepsOf(length, stack), stack)),
          features: Array.from({ length: stack }, (_, k) => beside(k)).flat(),
        },
      ],
      outputs: ["(blank)", ...symbols.list].map((name) => ({ name })),
    });
  }

  signature(): Signature {
    return {
      task: this.task,
      sample: "audio",
      inputs: [{ name: this.#parts.columns.audio, type: "audio", description: "A WAV file" }],
      outputs: [
        { name: "path", type: "text" },
        { name: "text", type: "text" },
        { name: "probability", type: "number" },
      ],
      notSteppable: WHOLE_CLIP,
    };
  }

  stepper(): never {
    return checkSteppable(WHOLE_CLIP);
  }

  async evaluate(
    model: Model,
    source: DataSource,
    part?: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<Evaluation> {
    const clips = await this.#read("transcribe.evaluate", source, true, options);
    const evaluation = await this.judge(model, clips, part ?? clips.source);
    return this.#parts.rivals.includes(null) ? sayMissing(evaluation, "the simple baseline") : evaluation;
  }

  /** @throws SluiceError for a text of which nothing is left when it is normalized */
  async judge(model: Model, clips: Clips, part: string): Promise<Evaluation> {
    const { decoding, symbols, rivals } = this.#parts;
    const references = clips.texts.map((text) => normalized(text, symbols.rules));
    const empty = references.indexOf("");
    check(empty < 0, () => emptyText("transcribe", clips, empty));
    const logits = await logitsOf(model, clips.frames, decoding.stack);
    const network = logits.map((own) => symbols.decode(decode(own, decoding).labels));
    const present = rivals.filter((rival) => rival !== null);
    const others = present.map(({ name, kind, predict }) => {
      return { name, kind, texts: predict(clips.frames).map((labels) => symbols.decode(labels)) };
    });
    return judge({ part, paths: clips.paths, references, network, rivals: others, logits }, symbols);
  }

  #read(
    where: string,
    source: DataSource,
    withTexts: boolean,
    options: Readonly<Record<string, unknown>>,
  ): Promise<Clips> {
    const { step, range, columns, reading } = this.#parts;
    const like: ReadOptions = readingLike(where, reading, options);
    const audio = { stepOf: () => step, sampleRate: step.sampleRate, range };
    return readTranscripts(where, source, columns, audio, withTexts, like);
  }
}

export function emptyText(where: string, { source, paths, texts }: Clips, i: number): string {
  return `${where}: ${source}: the text of ${paths[i]}, ${show(texts[i])}, has no letter or digit in it`;
}
