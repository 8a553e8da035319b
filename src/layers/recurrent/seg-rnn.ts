import { add, mul, sub } from "../../ops/arithmetic.js";
import { broadcastTo } from "../../ops/broadcast-to.js";
import { concat } from "../../ops/concat.js";
import { dropoutMask } from "../../ops/dropout.js";
import { expandDims } from "../../ops/expand-dims.js";
import { matmul } from "../../ops/matmul.js";
import { recurrent } from "../../ops/recurrent.js";
import { reshape } from "../../ops/reshape.js";
import { slice } from "../../ops/slice.js";
import { split } from "../../ops/split.js";
import { transpose } from "../../ops/transpose.js";
import { sigmoid, tanh } from "../../ops/unary.js";
import type { InitializerLike } from "../../initializers/index.js";
import { showShape, type PartialShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkCount, checkRange } from "../../util/checks.js";
import { check, show } from "../../util/errors.js";
import { Dense } from "../dense.js";
import { layerFactory } from "../factory.js";
import { Layer, type CallContext, type LayerConfig } from "../layer.js";
import type { Parameter } from "../parameter.js";
import { drawSeed } from "../seed.js";
import { weightOptions } from "../weight-options.js";
import { GRUCell } from "./gru-cell.js";

export interface SegRNNConfig extends LayerConfig {
  /** d, the size of the state and of the embedding of a segment; even. The paper has 512. */
  units: number;
  /** w, steps of a segment; lookback and horizon are whole numbers of segments. */
  segmentLength: number;
  /** Steps that are foreseen. */
  horizon: number;
  /** Share of the decoder's states that is left out in training, before the last linear map. Default 0. */
  dropout?: number;
  /** Half of what the decoder is told says which channel it decodes; without, all of it says which segment. Default true. */
  channelEmbedding?: boolean;
  /** Of the matrices that read segments, states and what the decoder is told. Default uniform in ±1/√fanIn, PyTorch's own, as in the paper's code. */
  kernelInitializer?: InitializerLike;
  /** Of the GRU's U. Default the same. */
  recurrentInitializer?: InitializerLike;
  /** Of positions and channels. Default normal of deviation 1, as in the paper's code. */
  embeddingsInitializer?: InitializerLike;
  /** Seed of the dropout masks; left out, they follow the model's generator. */
  seed?: number | null;
}

const TORCH = { className: "varianceScaling", config: { scale: 1 / 3, mode: "fanIn", distribution: "uniform" } };
const UNIT_NORMAL = { className: "randomNormal", config: { mean: 0, stddev: 1 } };
const embeddingsOptions = weightOptions("embeddings", "randomNormal");

/**
 * Segment recurrent network (Lin et al. 2023, arXiv 2308.11200), from the past of C channels to their future, each channel by itself
 * with the same weights: x [B, T, C] → y [B, horizon, C]. With n = T / w and m = horizon / w segments:
 *
 *     s_1 … s_n      = x − x_T, cut into segments of w steps
 *     h_i            = GRU(relu(s_i W_s + b_s), h_{i−1}),  h_0 = 0
 *     h′_j           = GRU([p_j ; c], h_n),  j = 1 … m     all at once from the same h_n (parallel decoding, section 4.3)
 *     ŷ_j            = dropout(h′_j) W_y + b_y + x_T
 *
 * p_j [d/2] is an embedding of the segment's place, c [d/2] one of the channel. Encoder and decoder are one GRU; the decoder's U h_n is worked
 * out once for its m steps, and W [p_j ; c] once for the batch. Weights: segments/kernel [w, d], segments/bias [d], those of
 * {@link GRUCell} under cell/, positions [m, d/2], channels [C, d/2] (or positions [m, d]), output/kernel [d, w], output/bias [w]. Masks end here.
 * @throws SluiceError when T or the horizon is no multiple of the segment, or the number of channels is unknown
 */
export class SegRNN extends Layer<SegRNNConfig> {
  static override readonly className = "SegRNN";
  readonly #segments: Dense;
  readonly #cell: GRUCell;
  readonly #output: Dense;
  #positions!: Parameter;
  #channels: Parameter | null = null;

  constructor(config: SegRNNConfig) {
    super(config, {
      units: undefined,
      segmentLength: undefined,
      horizon: undefined,
      dropout: 0,
      channelEmbedding: true,
      kernelInitializer: TORCH,
      recurrentInitializer: TORCH,
      embeddingsInitializer: UNIT_NORMAL,
      seed: null,
    });
    const { units, segmentLength, horizon, dropout, channelEmbedding } = this.config;
    for (const [name, value] of Object.entries({ units, segmentLength, horizon })) checkCount(this.label, name, value);
    checkRange(this.label, "dropout", dropout, 0, 1);
    check(!channelEmbedding || units % 2 === 0, () => {
      return `${this.label}: units must be even, half for the place and half for the channel, got ${units}`;
    });
    check(horizon % segmentLength === 0, () => {
      return `${this.label}: horizon must be a multiple of segmentLength ${segmentLength}, got ${horizon}`;
    });
    const { kernelInitializer = TORCH, recurrentInitializer = TORCH } = this.config;
    this.#segments = this.addLayer(new Dense({ units, activation: "relu", kernelInitializer }), "segments");
    this.#cell = this.addLayer(new GRUCell({ units, kernelInitializer, recurrentInitializer }), "cell");
    this.#output = this.addLayer(new Dense({ units: segmentLength, kernelInitializer }), "output");
  }

  override build([shape]: PartialShape[]): void {
    const { units, segmentLength, horizon, channelEmbedding } = this.config;
    this.#segments.ensureBuilt([[null, segmentLength]]);
    this.#cell.ensureBuilt([[null, units]]);
    this.#output.ensureBuilt([[null, units]]);
    const options = embeddingsOptions.resolve(this.config, this.label);
    const size = channelEmbedding ? units / 2 : units;
    this.#positions = this.addWeight("positions", [horizon / segmentLength, size], options);
    if (channelEmbedding) this.#channels = this.addWeight("channels", [this.lastSize(shape!), size], options);
  }

  computeOutputShape([shape]: PartialShape[]): PartialShape[] {
    this.checkRank(shape, 3, "[batch, time, channels]");
    const { segmentLength, horizon } = this.config;
    const [B, T] = shape!;
    check(T === null || (T! > 0 && T! % segmentLength === 0), () => {
      return `${this.label}: the input's steps must be a multiple of segmentLength ${segmentLength}, got ${showShape(shape!)}`;
    });
    const C = this.lastSize(shape!);
    check(!this.#channels || this.#channels.shape[0] === C, () => {
      return `${this.label}: was built for ${this.#channels!.shape[0]} channels, got ${show(C)}`;
    });
    return [[B!, horizon, C]];
  }

  call([x]: Tensor[], context: CallContext): Tensor[] {
    const { horizon } = this.config;
    const [B, T, C] = x!.shape as [number, number, number];
    const last = slice(x!, [0, T - 1, 0], [B, 1, C]);
    const known = this.#encode(transpose(sub(x!, last), [0, 2, 1]));
    const states = this.#decode(known, B, C);
    const segments = this.#output.call([this.#dropped(states, context)])[0]!;
    return [add(transpose(reshape(segments, [B, C, horizon]), [0, 2, 1]), last)];
  }

  override computeMask(): (Tensor | null)[] {
    return [null];
  }

  override notStreamable(): string {
    return "it reads segments of several steps at once";
  }

  /** Channels [B, C, T] → h_n [B·C, d]. */
  #encode(channels: Tensor): Tensor {
    const { segmentLength } = this.config;
    const [B, C, T] = channels.shape as [number, number, number];
    const cut = reshape(channels, [B * C, T / segmentLength, segmentLength]);
    const x = this.#segments.call([cut])[0]!;
    const { W, U, b, ...kernel } = this.#cell.fused!;
    const options = { ...kernel, reverse: false, zeroOutputForMask: false };
    return recurrent({ x, W, U, b, initial: [], mask: null, stateDropout: null }, options)[1]!;
  }

  /** One step of the GRU for each segment of the horizon, from the same state: h_n [B·C, d] → [B, C, m, d]. */
  #decode(state: Tensor, B: number, C: number): Tensor {
    const { units: d } = this.config;
    const { W, U, b } = this.#cell.fused!;
    const [inputBias, stateBias] = split(b!, 2, 0) as [Tensor, Tensor];
    const told = this.#told(C);
    const w = split(reshape(add(matmul(told, W), inputBias), [1, C, -1, 3 * d]), 3, -1);
    const u = split(reshape(add(matmul(state, U), stateBias), [B, C, 1, 3 * d]), 3, -1);
    const z = sigmoid(add(w[0]!, u[0]!));
    const g = tanh(add(w[2]!, mul(sigmoid(add(w[1]!, u[1]!)), u[2]!)));
    return add(g, mul(z, sub(reshape(state, [B, C, 1, d]), g)));
  }

  /** What the decoder is told: [C, m, d]. */
  #told(C: number): Tensor {
    const { units: d } = this.config;
    const m = this.#positions.shape[0]!;
    const places = broadcastTo(expandDims(this.#positions, 0), [C, m, this.#positions.shape[1]!]);
    if (!this.#channels) return places;
    return concat([places, broadcastTo(expandDims(this.#channels, 1), [C, m, d / 2])]);
  }

  #dropped(states: Tensor, context: CallContext): Tensor {
    const { dropout } = this.config;
    if (!context.training || dropout === 0) return states;
    return mul(states, dropoutMask(states.shape, dropout!, drawSeed(this.config, context)));
  }
}

export const segRnn = /* @__PURE__ */ layerFactory(SegRNN);
