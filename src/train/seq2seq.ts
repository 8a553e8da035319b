/** Sequence to sequence: an encoder and a decoder of GRUs with attention between them. */
import { Bidirectional } from "../layers/recurrent/bidirectional.js";
import { Concatenate } from "../layers/concatenate.js";
import { Dropout } from "../layers/dropout.js";
import { Embedding } from "../layers/embedding.js";
import { GRU } from "../layers/recurrent/gru.js";
import { input } from "../layers/input.js";
import type { SymbolicTensor } from "../layers/symbolic.js";
import { AttentionDecoder } from "../layers/decoder/attention-decoder.js";
import type { AttentionDecoderConfig } from "../layers/decoder/options.js";
import type { ModelOptions } from "../model/graph-options.js";
import { Tensor } from "../tensor/tensor.js";
import { checkCount, checkOptions } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { model, type Model } from "./model.js";

/** What stands for the tokens of one side. */
export interface Seq2SeqSide {
  /** V: tokens are 1 to V − 1; 0 is padding. */
  vocabularySize: number;
  /** E, the size of the vector that stands for a token. Default: half of `units`, rounded up. */
  embeddingSize?: number;
}

export interface Seq2SeqConfig extends ModelOptions, Pick<AttentionDecoderConfig, Shared> {
  source: Seq2SeqSide;
  target: Seq2SeqSide;
  /** H, of each GRU; an encoder in both directions has two of them. Default 256. */
  units?: number;
  /** GRUs on top of each other, in the encoder and in the decoder. Default 1. */
  depth?: number;
  /** Whether the encoder reads in both directions. Default true. */
  bidirectional?: boolean;
}

type Shared =
  "attention" | "attendFirst" | "dropout" | "samplingProbability" | "samplingSteps" | "embeddingsInitializer";

const SHARED = [
  "attention",
  "attendFirst",
  "dropout",
  "samplingProbability",
  "samplingSteps",
  "embeddingsInitializer",
] as const;
const KNOWN = ["source", "target", "units", "depth", "bidirectional", "seed", "dtype", ...SHARED];

/**
 * A model of two inputs, "source" int32 [B, S] and "target" int32 [B, T], that gives logits [B, T, V] for the token after each step of
 * the target: an embedding and GRUs read the source, an `attentionDecoder` writes the target. Train it by
 * `fit({ source, target }, next)` with what {@link teacherForcing} makes of the targets and sparseCategoricalCrossentropy({ fromLogits:
 * true }); write with `decodeSequences`. Source and target are padded with 0, which is masked.
 */
export function seq2seq(config: Seq2SeqConfig): Model {
  checkOptions("seq2seq", config, KNOWN);
  const { source, target, units = 256, depth = 1, bidirectional = true, seed, dtype } = config;
  for (const [name, side] of Object.entries({ source, target })) {
    check(
      typeof side === "object" && side !== null,
      () => `seq2seq: ${name} must be { vocabularySize }, got ${show(side)}`,
    );
    checkOptions(`seq2seq: ${name}`, side, ["vocabularySize", "embeddingSize"]);
  }
  checkCount("seq2seq", "units", units);
  checkCount("seq2seq", "depth", depth);
  const options = Object.fromEntries(
    SHARED.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]),
  );
  const [x, tokens] = ["source", "target"].map((name) => input({ shape: [null], dtype: "int32", name }));
  const sideOf = (side: Seq2SeqSide) => ({ ...side, embeddingSize: side.embeddingSize ?? Math.ceil(units / 2) });
  const encoder = encode(x!, sideOf(source), { ...config, units, depth, bidirectional });
  const decoder = new AttentionDecoder({ ...sideOf(target), units, depth, ...options, name: "decoder" });
  const logits = decoder.apply([tokens!, ...encoder]);
  return model({
    inputs: [x!, tokens!],
    outputs: logits,
    ...(seed !== undefined && { seed }),
    ...(dtype && { dtype }),
  });
}

type Encoder = Required<Pick<Seq2SeqConfig, "units" | "depth" | "bidirectional">> & Seq2SeqConfig;

/** [outputs of all steps, last states side by side] */
function encode(x: SymbolicTensor, side: Required<Seq2SeqSide>, config: Encoder): [SymbolicTensor, SymbolicTensor] {
  const { units, depth, bidirectional, dropout = 0, embeddingsInitializer } = config;
  const drop = (h: SymbolicTensor) => (dropout > 0 ? new Dropout({ rate: dropout }).apply(h) : h);
  const table = { inputDim: side.vocabularySize, outputDim: side.embeddingSize, maskZero: true };
  let h = new Embedding({
    ...table,
    name: "sourceEmbedding",
    ...(embeddingsInitializer && { embeddingsInitializer }),
  }).apply(x);
  let states: SymbolicTensor[] = [];
  for (let i = 0; i < depth; i++) {
    const gru = new GRU({ units, returnSequences: true, returnState: true });
    const layer = bidirectional ? new Bidirectional({ layer: gru, name: `encoder_${i}` }) : gru;
    [h, ...states] = layer.apply(drop(h), "all") as [SymbolicTensor, ...SymbolicTensor[]];
  }
  return [h, states.length > 1 ? new Concatenate({ name: "summary" }).apply(states) : states[0]!];
}

export interface TeacherForcingOptions {
  /** The token that sequences begin with, such as 1. */
  start: number;
  /** The token that they end with, such as 2. */
  end: number;
}

/**
 * Input and target of a decoder under teacher forcing, of sequences of tokens: `input` is start, y₁ … yₙ and `next` is y₁ … yₙ, end, both
 * int32 [N, T] with zeros after them.
 * @throws SluiceError when there is no sequence, or one holds 0, which is padding
 */
export function teacherForcing(
  sequences: readonly ArrayLike<number>[],
  { start, end }: TeacherForcingOptions,
): { input: Tensor; next: Tensor } {
  checkCount("teacherForcing", "start", start);
  checkCount("teacherForcing", "end", end);
  check(Array.isArray(sequences) && sequences.length > 0, () => {
    return `teacherForcing: expected a list of at least one sequence, got ${show(sequences)}`;
  });
  const T = sequences.reduce((most, y) => Math.max(most, y.length), 0) + 1;
  const [before, next] = [new Int32Array(sequences.length * T), new Int32Array(sequences.length * T)];
  for (const [n, y] of sequences.entries()) {
    before[n * T] = start;
    for (let t = 0; t < y.length; t++) {
      const token = y[t]!;
      check(Number.isInteger(token) && token > 0, () => {
        return `teacherForcing: tokens must be whole numbers of at least 1, got ${show(token)} at [${n}, ${t}]`;
      });
      before[n * T + t + 1] = next[n * T + t] = token;
    }
    next[n * T + y.length] = end;
  }
  const shape = [sequences.length, T];
  return { input: Tensor.of(before, shape), next: Tensor.of(next, shape) };
}
