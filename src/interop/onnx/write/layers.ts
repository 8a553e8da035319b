/** What each layer is in ONNX. */
import { activation, dense, dropout, embedding, layerNormalization, masking } from "./basic-layers.js";
import { bidirectional, recurrent } from "./recurrent-layers.js";
import { concatenate, flatten, merges, repeatVector, reshape } from "./shape-layers.js";
import { timeDistributed } from "./time-distributed.js";
import type { Use } from "./use.js";
import type { Masked } from "./value.js";
import { conv1d, globalAveragePooling, globalMaxPooling } from "./windows.js";

type Convert = (use: Use) => Masked[];

const LAYERS: Readonly<Record<string, (use: Use, inner: Convert) => Masked[]>> = {
  GRU: recurrent,
  LSTM: recurrent,
  SimpleRNN: recurrent,
  RNN: recurrent,
  Bidirectional: bidirectional,
  TimeDistributed: timeDistributed,
  Dense: dense,
  Embedding: embedding,
  Masking: masking,
  Dropout: dropout,
  Activation: activation,
  LayerNormalization: layerNormalization,
  Conv1D: conv1d,
  GlobalAveragePooling1D: globalAveragePooling,
  GlobalMaxPooling1D: globalMaxPooling,
  Flatten: flatten,
  Reshape: reshape,
  RepeatVector: repeatVector,
  Concatenate: concatenate,
  ...merges,
};

/**
 * @param inner writes a layer that this one holds
 * @throws SluiceError naming a layer that has no form in ONNX
 */
export function convertLayer(use: Use, inner: Convert): Masked[] {
  const { className } = use.layer;
  const convert = Object.hasOwn(LAYERS, className) ? LAYERS[className]! : undefined;
  return convert
    ? convert(use, inner)
    : use.refuse(`has no form in ONNX here; known: ${Object.keys(LAYERS).join(", ")}`);
}
