/** Sequences written by a model that ends in an attention decoder. */
import type { Kernels } from "../../kernels/kernels.js";
import { AttentionDecoder, type DecoderMemory } from "../../layers/decoder/attention-decoder.js";
import type { CallContext } from "../../layers/layer.js";
import type { LayerNode, SymbolicTensor } from "../../layers/symbolic.js";
import { repeat } from "../../ops/broadcast-to.js";
import { kernelsReady } from "../../ops/backend.js";
import { withScope } from "../../ops/scope.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkCount, checkOptions, checkRange } from "../../util/checks.js";
import { check, show, SluiceError } from "../../util/errors.js";
import { Breather } from "../breather.js";
import { inferenceContext } from "../context.js";
import { feed, readInputs, type Inputs } from "../feed.js";
import { callLayer, type Graph, type Value } from "../graph.js";
import { beamSearch, type BeamStep, type Hypothesis } from "./beam-search.js";

export interface DecodeOptions {
  /** The token that sequences began with in training, such as 1. */
  start: number;
  /** The token that they ended with, such as 2. */
  end: number;
  /** Tokens that are never written, such as one that stands for what is not known. Default none. */
  banned?: readonly number[];
  /** Hypotheses that are followed of each sequence. Default 1, which is greedy search. */
  beamWidth?: number;
  /** α in log P / ((5 + length) / 6)^α: larger ones favour longer sequences. Default 0.6. */
  lengthPenalty?: number;
  /** β in β Σ_s ln min(Σ_t a_ts, 1): larger ones favour sequences that look at the whole source. Default 0. */
  coveragePenalty?: number;
  /** The most tokens of a sequence, its end included. Default twice the source's length and 10. */
  maxLength?: number;
  /** Sequences that are written together. Default 32. */
  batchSize?: number;
}

const KNOWN = ["start", "end", "banned", "beamWidth", "lengthPenalty", "coveragePenalty", "maxLength", "batchSize"];

/** A search for all sources of one batch. */
type Search = Required<Omit<DecodeOptions, "maxLength">> & { maxLength: number | undefined };

/**
 * Writes a sequence for each source, by beam search with length normalisation and coverage penalty (Wu et al. 2016, arXiv
 * 1609.08144, equation 14: score = log P(y) / ((5 + |y|) / 6)^α + β Σ_s ln min(Σ_t a_ts, 1)).
 * @param model whose output is that of an `attentionDecoder`, such as `seq2seq` makes
 * @param x the model's inputs but for the tokens of the decoder: an array where there is one, else an object by names
 * @returns for each source its best hypotheses, at most beamWidth, the best first, with the attention of each token
 * @throws SluiceError when the model has no such decoder, or an option is wrong
 */
export async function decodeSequences(model: Graph, x: Inputs, options: DecodeOptions): Promise<Hypothesis[][]> {
  const search = readDecodeOptions(options);
  const parts = partsOf(model);
  for (const name of ["start", "end"] as const) {
    const V = parts.decoder.config.vocabularySize;
    check(search[name] < V, () => `decodeSequences: ${name} must be a token from 1 to ${V - 1}, got ${search[name]}`);
  }
  const kernels = await kernelsReady(model.dtype);
  const inputs = readInputs(x, parts.sources, "decodeSequences", model.dtype);
  model.place(kernels);
  const results: Hypothesis[][] = [];
  const breather = new Breather();
  const n = inputs[0]!.shape[0]!;
  for (let start = 0; start < n; start += search.batchSize) {
    const count = Math.min(search.batchSize, n - start);
    results.push(...decodeBatch(model, parts, kernels, inputs, start, count, search));
    await breather.breathe();
  }
  return results;
}

function readDecodeOptions(options: DecodeOptions): Search {
  checkOptions("decodeSequences", options, KNOWN);
  const { beamWidth = 1, lengthPenalty = 0.6, coveragePenalty = 0, batchSize = 32, maxLength, start, end } = options;
  const { banned = [] } = options;
  check(Array.isArray(banned), () => `decodeSequences: banned must be a list of tokens, got ${show(banned)}`);
  for (const [name, value] of Object.entries({ start, end, beamWidth, batchSize, maxLength: maxLength ?? 1 })) {
    checkCount("decodeSequences", name, value);
  }
  checkRange("decodeSequences", "lengthPenalty", lengthPenalty, 0);
  checkRange("decodeSequences", "coveragePenalty", coveragePenalty, 0);
  return { start, end, banned, beamWidth, lengthPenalty, coveragePenalty, batchSize, maxLength };
}

/** Where the graph is cut: what stands before the decoder is computed once. */
interface Parts {
  readonly decoder: AttentionDecoder;
  readonly memory: SymbolicTensor;
  readonly summary: SymbolicTensor | null;
  /** The graph's inputs but for the tokens. */
  readonly sources: readonly SymbolicTensor[];
  /** What has to be computed of the sources. */
  readonly nodes: readonly LayerNode[];
}

function partsOf(graph: Graph): Parts {
  const last = graph.outputs[0]!.node;
  const { layer } = last;
  if (!(layer instanceof AttentionDecoder)) {
    throw new SluiceError(
      `decodeSequences: the model's output must be that of an attentionDecoder, got ${layer.label}`,
    );
  }
  const [tokens, memory, summary = null] = last.inputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor?];
  check(
    graph.inputs.includes(tokens),
    () => `decodeSequences: the tokens of ${layer.label} must be an input of the model`,
  );
  const sources = graph.inputs.filter((t) => t !== tokens);
  const known = new Set<SymbolicTensor>(sources);
  const nodes: LayerNode[] = [];
  for (const node of graph.nodes) {
    if (node.inputs.length === 0 || !node.inputs.every((t) => known.has(t))) continue;
    nodes.push(node);
    for (const t of node.outputs) known.add(t);
  }
  check(known.has(memory) && (!summary || known.has(summary)), () => {
    return `decodeSequences: what ${layer.label} looks at must be computed of the sources alone, not of its tokens`;
  });
  return { decoder: layer, memory, summary, sources, nodes };
}

function decodeBatch(
  graph: Graph,
  parts: Parts,
  kernels: Kernels,
  inputs: readonly Tensor[],
  first: number,
  count: number,
  options: Search,
): Hypothesis[][] {
  return withScope(kernels, false, (scope) => {
    const context = inferenceContext(graph.random);
    const fed = inputs.map((t) => ({ tensor: feed(scope, t, first, count), mask: null }));
    const values = encode(parts, fed, context);
    const { decoder } = parts;
    const { tensor, mask } = values.get(parts.memory)!;
    const memory = decoder.remember(tensor, mask, context);
    const summary = parts.summary ? values.get(parts.summary)!.tensor : null;
    const K = options.beamWidth;
    const S = tensor.shape[1]!;
    const lengths = sourceLengths(mask, count, S);
    const model = stepper(decoder, repeated(memory, K), decoder.begin(count, summary, context), K, context, kernels);
    return beamSearch(model, {
      ...options,
      count,
      vocabularySize: decoder.config.vocabularySize,
      maxLength: (i) => options.maxLength ?? 2 * lengths[i]! + 10,
      sourceLength: (i) => lengths[i]!,
    });
  });
}

function encode({ sources, nodes }: Parts, fed: readonly Value[], context: CallContext): Map<SymbolicTensor, Value> {
  const values = new Map<SymbolicTensor, Value>(sources.map((t, i) => [t, fed[i]!]));
  for (const { layer, inputs, outputs } of nodes) {
    const came = inputs.map((t) => values.get(t)!);
    for (const [i, value] of callLayer(layer, came, context).entries()) values.set(outputs[i]!, value);
  }
  return values;
}

/** Up to the last step that counts. */
function sourceLengths(mask: Tensor | null, count: number, S: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    return mask ? mask.data.subarray(i * S, (i + 1) * S).lastIndexOf(1) + 1 : S;
  });
}

/** Each sequence's memory for each of its K hypotheses. */
function repeated({ values, keys, mask }: DecoderMemory, K: number): DecoderMemory {
  if (K === 1) return { values, keys, mask };
  const many = repeat(values, K, 0);
  return { values: many, keys: keys === values ? many : repeat(keys, K, 0), mask: mask && repeat(mask, K, 0) };
}

/** The decoder as the search sees it: states live in ordinary arrays between steps and are taken from the rows asked for. */
function stepper(
  decoder: AttentionDecoder,
  memory: DecoderMemory,
  first: readonly Tensor[],
  K: number,
  context: CallContext,
  kernels: Kernels,
): (tokens: Int32Array, from: Int32Array) => BeamStep {
  let states = first.map((h) => repeat(h, K, 0).toHost());
  return (tokens, from) =>
    withScope(kernels, false, () => {
      const taken = states.map((h) => takeRows(h, from));
      const {
        logits,
        weights,
        states: next,
      } = decoder.steps(Tensor.of(tokens, [tokens.length, 1]), taken, memory, context);
      states = next.map((h) => h.toHost());
      return { logits: logits.toHost().data, attention: weights.toHost().data };
    });
}

function takeRows(h: Tensor, rows: Int32Array): Tensor {
  const cols = h.shape[1]!;
  const { data } = h;
  const taken = data.slice();
  for (const [i, row] of rows.entries()) taken.set(data.subarray(row * cols, (row + 1) * cols), i * cols);
  return Tensor.of(taken, h.shape);
}
