import { ActivationLayer } from "./activation.js";
import { AdditiveAttention } from "./additive-attention.js";
import { Attention } from "./attention.js";
import { Concatenate } from "./concatenate.js";
import { Conv1D } from "./conv1d.js";
import { Dense } from "./dense.js";
import { AttentionDecoder } from "./decoder/attention-decoder.js";
import { DistributionHead } from "./distribution-head.js";
import { DepthwiseConv1D } from "./depthwise-conv1d.js";
import { Dropout } from "./dropout.js";
import { Embedding } from "./embedding.js";
import { Flatten } from "./flatten.js";
import { GlobalAveragePooling1D, GlobalMaxPooling1D } from "./global-pooling.js";
import { InputLayer } from "./input.js";
import { LateFusion } from "./late-fusion.js";
import { LayerNormalization } from "./layer-normalization.js";
import { Masking } from "./masking.js";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merge.js";
import { Bidirectional } from "./recurrent/bidirectional.js";
import { GRUCell } from "./recurrent/gru-cell.js";
import { GRUD } from "./recurrent/gru-d.js";
import { GRU } from "./recurrent/gru.js";
import { LSTMCell } from "./recurrent/lstm-cell.js";
import { LSTM } from "./recurrent/lstm.js";
import { MinGRU, MinGRUCell } from "./recurrent/min-gru.js";
import { MinLSTM, MinLSTMCell } from "./recurrent/min-lstm.js";
import { RNN } from "./recurrent/rnn.js";
import { SegRNN } from "./recurrent/seg-rnn.js";
import { SimpleRNNCell } from "./recurrent/simple-rnn-cell.js";
import { SimpleRNN } from "./recurrent/simple-rnn.js";
import type { LayerSource } from "./registry.js";
import { RepeatVector } from "./repeat-vector.js";
import { Reshape } from "./reshape.js";
import { TimeDistributed } from "./time-distributed.js";

/** What a model file may name when the caller gives no list: a bundle that loads models by this carries all of them. */
export const allLayers: readonly LayerSource[] = [
  MinGRU, MinGRUCell, MinLSTM, MinLSTMCell, DepthwiseConv1D, InputLayer, GRU, GRUD, LSTM, SimpleRNN, RNN, SegRNN, GRUCell, LSTMCell, SimpleRNNCell, Bidirectional, TimeDistributed, Dense, Embedding,
  Masking, Dropout, ActivationLayer, LayerNormalization, Conv1D, GlobalAveragePooling1D, GlobalMaxPooling1D, Flatten, Reshape,
  RepeatVector, Concatenate, LateFusion, Add, Subtract, Multiply, Average, Maximum, Minimum,
  DistributionHead,
  Attention, AdditiveAttention, AttentionDecoder,
]; // prettier-ignore
