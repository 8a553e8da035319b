import { mul } from "../../ops/arithmetic.js";
import { concat } from "../../ops/concat.js";
import { dropoutMask } from "../../ops/dropout.js";
import { reshape } from "../../ops/reshape.js";
import { split } from "../../ops/split.js";
import { zeros } from "../../ops/create.js";
import { showShape, type PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { check } from "../../util/errors.js";
import { AdditiveAttention } from "../additive-attention.js";
import { Attention } from "../attention.js";
import { Dense } from "../dense.js";
import { Embedding } from "../embedding.js";
import { layerFactory } from "../factory.js";
import { Layer, type CallContext } from "../layer.js";
import { maskFrom } from "../masks.js";
import type { Parameter } from "../parameter.js";
import { GRU } from "../recurrent/gru.js";
import { drawSeed } from "../seed.js";
import { weightChoices } from "../weight-choices.js";
import { checkDecoder, decoderDefaults, type AttentionDecoderConfig } from "./options.js";
import { mixedTokens, sampledTokens } from "./scheduled-sampling.js";

/** What the decoder looks at: the encoder's outputs, and their keys, which are computed once. */
export interface DecoderMemory {
  /** [B, S, M] */
  readonly values: Tensor;
  /** [B, S, H] */
  readonly keys: Tensor;
  /** int32 [B, S], 1 = use; or null */
  readonly mask: Tensor | null;
}

/** Some steps of the decoder. */
export interface DecoderSteps {
  /** [B, T, V] */
  readonly logits: Tensor;
  /** [B, T, S] */
  readonly weights: Tensor;
  /** The states of the GRUs after the last step, [B, H] each. */
  readonly states: readonly Tensor[];
}

/**
 * A GRU that writes a sequence while it looks at encoder outputs. At each step, with c = Σ_s a_s s the encoder outputs weighed by
 * their attention a, and x the embedding of the token before:
 *
 *     h = GRU(x, h₋);  a of h;  o = tanh(W [h; c])                   (Luong et al. 2015, arXiv 1508.04025)
 *     a of h₋;  h = GRU([x; c], h₋);  o = tanh(W [h; c; x])          attendFirst (Bahdanau et al. 2015, arXiv 1409.0473)
 *
 * and logits = V o + b. Inputs: tokens int32 [B, T], which begin with a token of their own and are followed by 0 where a sequence is
 * shorter; encoder outputs [B, S, M]; and, when given, a summary [B, Z] such as the encoder's last states, of which the first
 * states tanh(W z + b) are made (else zeros). Outputs: logits [B, T, V] for the token that follows each step and, with
 * returnAttentionScores, the weights [B, T, S]. Steps at padding are masked. In training the tokens are given (teacher forcing),
 * but for those that scheduled sampling (Bengio et al. 2015, arXiv 1506.03099) replaces by draws of the model: at once, from a first
 * pass over the given tokens (Mihaylova and Martins 2019, arXiv 1906.07651), or with attendFirst step by step.
 */
export class AttentionDecoder extends Layer<AttentionDecoderConfig> {
  static override readonly className = "AttentionDecoder";
  readonly #embedding: Embedding;
  readonly #grus: readonly GRU[];
  readonly #attention: Attention | AdditiveAttention;
  readonly #key: Dense | null;
  readonly #query: Dense | null;
  readonly #readout: Dense;
  readonly #logits: Dense;
  #bridge: Dense | null = null;
  /** Batches of training so far, for scheduled sampling; a weight so that it is saved. */
  #batches: Parameter | null = null;

  constructor(config: AttentionDecoderConfig) {
    super(config, decoderDefaults);
    checkDecoder(this.label, this.config);
    const { vocabularySize: V, embeddingSize: E, units, attention, embeddingsInitializer } = this.config;
    const table = { inputDim: V, outputDim: E, embeddingsInitializer: embeddingsInitializer! };
    this.#embedding = this.addLayer(new Embedding(table), "embedding");
    this.#grus = Array.from({ length: this.config.depth! }, (_, i) => {
      return this.addLayer(new GRU({ units, returnSequences: true, returnState: true }), `gru_${i}`);
    });
    const additive = attention === "additive";
    const common = { returnAttentionScores: true };
    this.#attention = additive
      ? this.addLayer(new AdditiveAttention(common), "attention")
      : this.addLayer(new Attention({ ...common, useScale: attention === "scaled" }), "attention");
    const projects = additive || attention === "general";
    this.#key = projects ? this.addLayer(new Dense({ units, useBias: additive }), "key") : null;
    this.#query = additive ? this.addLayer(new Dense({ units, useBias: false }), "query") : null;
    this.#readout = this.addLayer(new Dense({ units, activation: "tanh" }), "readout");
    this.#logits = this.addLayer(new Dense({ units: V }), "logits");
  }

  override build([tokens, memory, summary]: PartialShape[]): void {
    const { units: H, embeddingSize: E, attention, attendFirst, depth, samplingProbability } = this.config;
    const M = this.lastSize(memory!);
    check(this.#key !== null || M === H, () => {
      return `${this.label}: attention "${attention}" needs encoder outputs of ${H} features (units), got ${M}; use "general"`;
    });
    const steps = [null, null];
    this.#embedding.ensureBuilt([tokens!]);
    for (const [i, gru] of this.#grus.entries()) {
      gru.ensureBuilt([[...steps, i > 0 ? H : E + (attendFirst ? M : 0)]]);
    }
    this.#key?.ensureBuilt([memory!]);
    this.#query?.ensureBuilt([[...steps, H]]);
    this.#attention.ensureBuilt([[...steps, H], [...steps, M], [...steps, H]]); // prettier-ignore
    this.#readout.ensureBuilt([[...steps, H + M + (attendFirst ? E : 0)]]);
    this.#logits.ensureBuilt([[...steps, H]]);
    if (summary) {
      this.#bridge = this.addLayer(new Dense({ units: H * depth!, activation: "tanh" }), "bridge");
      this.#bridge.ensureBuilt([summary]);
    }
    if (samplingProbability! > 0) {
      const initializer = weightChoices.initializer("zeros", `${this.label}: batches`);
      this.#batches = this.addWeight("batches", [1], { initializer, trainable: false });
    }
  }

  computeOutputShape(shapes: PartialShape[]): PartialShape[] {
    const [tokens, memory, summary] = shapes;
    const fits =
      tokens?.length === 2 && memory?.length === 3 && (!summary || summary.length === 2) && shapes.length < 4;
    check(fits, () => {
      const came = shapes.map(showShape).join(", ");
      return `${this.label}: inputs must be tokens [B, T], encoder outputs [B, S, M] and, when given, a summary [B, Z], got ${came}`;
    });
    const [B, T] = tokens!;
    const logits = [B!, T!, this.config.vocabularySize];
    return this.config.returnAttentionScores ? [logits, [B!, T!, memory![1]!]] : [logits];
  }

  call([tokens, values, summary]: Tensor[], context: CallContext): Tensor[] {
    const memory = this.remember(values!, context.masks[1] ?? null, context);
    const states = this.begin(tokens!.shape[0]!, summary ?? null, context);
    const { logits, weights } = this.#teach(tokens!, states, memory, context);
    return this.config.returnAttentionScores ? [logits, weights] : [logits];
  }

  /** What the steps look at, of the encoder's outputs [B, S, M]. */
  remember(values: Tensor, mask: Tensor | null, context: CallContext): DecoderMemory {
    return { values, keys: this.#key ? inner(this.#key, [values], context)[0]! : values, mask };
  }

  /** The first states, [B, H] each. */
  begin(B: number, summary: Tensor | null, context: CallContext): readonly Tensor[] {
    const { units: H, depth } = this.config;
    if (!this.#bridge) return this.#grus.map(() => zeros([B, H]));
    return split(inner(this.#bridge, [summary!], context)[0]!, depth!, -1);
  }

  /** Steps with the given tokens [B, T]; one after the other with attendFirst. */
  steps(tokens: Tensor, states: readonly Tensor[], memory: DecoderMemory, context: CallContext): DecoderSteps {
    const x = this.#embed(tokens, context);
    if (!this.config.attendFirst) return this.#lookAfter(x, states, memory, context);
    const parts = split(x, x.shape[1]!, 1);
    return this.#lookFirst((t) => parts[t] ?? null, states, memory, context);
  }

  #embed(tokens: Tensor, context: CallContext): Tensor {
    return this.#drop(inner(this.#embedding, [tokens], context)[0]!, context);
  }

  #drop(x: Tensor, context: CallContext): Tensor {
    const { dropout } = this.config;
    if (!context.training || dropout === 0) return x;
    return mul(x, dropoutMask(x.shape, dropout!, drawSeed(this.config, context)));
  }

  #lookAfter(x: Tensor, states: readonly Tensor[], memory: DecoderMemory, context: CallContext): DecoderSteps {
    const { h, next } = this.#advance(x, states, context);
    const [seen, weights] = this.#look(h, memory, context);
    return { logits: this.#say([h, seen!], context), weights: weights!, states: next };
  }

  /** @param inputAt the embedding [B, 1, E] of step t, told what the step before said of; null after the last one */
  #lookFirst(
    inputAt: (t: number, before: readonly Tensor[] | null) => Tensor | null,
    states: readonly Tensor[],
    memory: DecoderMemory,
    context: CallContext,
  ): DecoderSteps {
    const said: Tensor[][] = [];
    const looked: Tensor[] = [];
    let current = states;
    for (let t = 0; ; t++) {
      const x = inputAt(t, said.at(-1) ?? null);
      if (!x) break;
      const top = current.at(-1)!;
      const [seen, weights] = this.#look(reshape(top, [top.shape[0]!, 1, top.shape[1]!]), memory, context);
      const { h, next } = this.#advance(concat([x, seen!], -1), current, context);
      current = next;
      said.push([h, seen!, x]);
      looked.push(weights!);
    }
    const parts = [0, 1, 2].map((i) => concat(said.map((part) => part[i]!), 1)); // prettier-ignore
    return { logits: this.#say(parts, context), weights: concat(looked, 1), states: current };
  }

  /** All GRUs over the steps x [B, T, …]. */
  #advance(x: Tensor, states: readonly Tensor[], context: CallContext): { h: Tensor; next: readonly Tensor[] } {
    const next: Tensor[] = [];
    let h = x;
    for (const [i, gru] of this.#grus.entries()) {
      const [y, state] = inner(gru, [h, states[i]!], context);
      next.push(state!);
      h = y!;
    }
    return { h, next };
  }

  /** What the states h [B, T, H] see of the encoder's outputs [B, T, M], and with which weights. */
  #look(h: Tensor, { values, keys, mask }: DecoderMemory, context: CallContext): Tensor[] {
    const query = this.#query ? inner(this.#query, [h], context)[0]! : h;
    return this.#attention.call([query, values, keys], { ...context, masks: [null, mask, null] });
  }

  #say(parts: readonly Tensor[], context: CallContext): Tensor {
    const readout = this.#drop(inner(this.#readout, [concat(parts, -1)], context)[0]!, context);
    return inner(this.#logits, [readout], context)[0]!;
  }

  /** With scheduled sampling, in training, some tokens are the model's own. */
  #teach(tokens: Tensor, states: readonly Tensor[], memory: DecoderMemory, context: CallContext): DecoderSteps {
    const p = context.training ? this.#samplingNow() : 0;
    if (p === 0) return this.steps(tokens, states, memory, context);
    const plain: CallContext = { ...context, training: false };
    if (!this.config.attendFirst) {
      const first = (given: Tensor) => this.steps(given, states, memory, plain).logits;
      return this.steps(mixedTokens(tokens, first, p, context.random), states, memory, context);
    }
    const T = tokens.shape[1]!;
    return this.#lookFirst(
      (t, before) => {
        if (t === T) return null;
        const logits = before && (() => this.#say(before, plain));
        return this.#embed(sampledTokens(tokens, t, logits, p, context.random), context);
      },
      states,
      memory,
      context,
    );
  }

  /** The probability of this batch of training, which is counted. */
  #samplingNow(): number {
    if (!this.#batches) return 0;
    const { samplingProbability, samplingSteps } = this.config;
    const count = this.#batches.data;
    return samplingProbability! * Math.min(1, count[0]!++ / samplingSteps!);
  }

  override computeMask(_masks: readonly (Tensor | null)[], [tokens]: Tensor[], outputs: Tensor[]): (Tensor | null)[] {
    const mask = maskFrom(tokens!, tokens!.shape, (values, i) => values[i] !== 0);
    return outputs.map((_, i) => (i === 0 ? mask : null));
  }

  override notStreamable(): string {
    return "it looks at all steps of the encoder; use decodeSequences";
  }
}

/** An inner layer without masks: padding stands at the end, where it changes no step that counts. */
function inner(layer: Layer, inputs: Tensor[], context: CallContext): Tensor[] {
  return layer.call(inputs, { ...context, masks: inputs.map(() => null) });
}

export const attentionDecoder = /* @__PURE__ */ layerFactory(AttentionDecoder);
