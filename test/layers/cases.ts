/** Every layer, in the settings that take another path through the code. */
import { layers } from "../../src/index.js";
import type { LayerCase } from "./check-layer.js";

const { minGru, minGruCell, minLstm } = layers;
const { gru, gruD, lstm, simpleRnn, rnn, gruCell, lstmCell, simpleRnnCell, bidirectional, timeDistributed } = layers;
const { add, multiply, average, maximum, minimum, subtract } = layers;
const sequence = [[null, null, 3]];
const vector = [[null, 3]];
const units = 4;
const BACKWARDS = /because it runs backwards in time/;

const recurrent: LayerCase[] = [
  { name: "gru", make: () => gru({ units }), inputs: sequence, outputs: [[null, 4]], weights: 108, mask: "kept", stream: true },
  {
    name: "gru, resetAfter false, without bias, all outputs",
    make: () => gru({ units, resetAfter: false, useBias: false, returnSequences: true, returnState: true }),
    inputs: sequence, outputs: [[null, null, 4], [null, 4]], weights: 84, mask: "kept", stream: true,
  },
  {
    name: "gru of other activations",
    make: () => gru({ units, activation: "linear", recurrentActivation: "hardSigmoid", returnSequences: true }),
    inputs: sequence, outputs: [[null, null, 4]], weights: 108, mask: "kept", stream: true,
  },
  {
    name: "gru without a fused kernel",
    make: () => gru({ units, activation: "softsign", returnSequences: true, returnState: true }),
    inputs: sequence, outputs: [[null, null, 4], [null, 4]], weights: 108, mask: "kept", stream: true,
  },
  {
    name: "gru without a fused kernel, resetAfter false",
    make: () => gru({ units, activation: "mish", resetAfter: false }),
    inputs: sequence, outputs: [[null, 4]], weights: 96, mask: "kept", stream: true,
  },
  {
    name: "gru backwards with an initial state",
    make: () => gru({ units, goBackwards: true, returnSequences: true, returnState: true }),
    inputs: [[null, null, 3], [null, 4]], outputs: [[null, null, 4], [null, 4]], weights: 108, stream: BACKWARDS,
  },
  {
    name: "gru with zeros at masked steps",
    make: () => gru({ units, returnSequences: true, zeroOutputForMask: true }),
    inputs: sequence, outputs: [[null, null, 4]], weights: 108, mask: "kept", stream: true,
  },
  { name: "gruD", make: () => gruD({ units }), inputs: [[null, null, 6]], outputs: [[null, 4]], weights: 126, mask: "kept", stream: true, sequences: true },
  {
    name: "gruD with a mean, resetAfter, all outputs",
    make: () => gruD({ units, mean: [0.5, -1], resetAfter: true, returnSequences: true, returnState: true }),
    inputs: [[null, null, 6]], outputs: [[null, null, 4], [null, 4], [null, 2]], weights: 138, mask: "kept", stream: true, sequences: true,
  },
  {
    name: "gruD without a fused kernel",
    make: () => gruD({ units, activation: "softsign", useBias: false, returnSequences: true }),
    inputs: [[null, null, 6]], outputs: [[null, null, 4]], weights: 114, mask: "kept", stream: true, sequences: true,
  },
  {
    name: "gruD backwards with initial states",
    make: () => gruD({ units, goBackwards: true, returnSequences: true, returnState: true }),
    inputs: [[null, null, 6], [null, 4], [null, 2]], outputs: [[null, null, 4], [null, 4], [null, 2]], weights: 126, stream: BACKWARDS, sequences: true,
  },
  {
    name: "gruD with zeros at masked steps",
    make: () => gruD({ units, returnSequences: true, zeroOutputForMask: true }),
    inputs: [[null, null, 6]], outputs: [[null, null, 4]], weights: 126, mask: "kept", stream: true, sequences: true,
  },
  { name: "lstm", make: () => lstm({ units }), inputs: sequence, outputs: [[null, 4]], weights: 128, mask: "kept", stream: true },
  {
    name: "lstm, all outputs",
    make: () => lstm({ units, returnSequences: true, returnState: true }),
    inputs: sequence, outputs: [[null, null, 4], [null, 4], [null, 4]], weights: 128, mask: "kept", stream: true,
  },
  {
    name: "lstm with initial states",
    make: () => lstm({ units, returnState: true, useBias: false }),
    inputs: [[null, null, 3], [null, 4], [null, 4]], outputs: [[null, 4], [null, 4], [null, 4]], weights: 112,
    stream: /initial states/,
  },
  {
    name: "lstm without a fused kernel",
    make: () => lstm({ units, recurrentActivation: "softsign", returnSequences: true }),
    inputs: sequence, outputs: [[null, null, 4]], weights: 128, mask: "kept", stream: true,
  },
  { name: "simpleRnn", make: () => simpleRnn({ units }), inputs: sequence, outputs: [[null, 4]], weights: 32, mask: "kept", stream: true },
  {
    name: "simpleRnn of relu, all outputs",
    make: () => simpleRnn({ units, activation: "relu", returnSequences: true, returnState: true }),
    inputs: sequence, outputs: [[null, null, 4], [null, 4]], weights: 32, mask: "kept", stream: true,
  },
  {
    name: "simpleRnn without a fused kernel",
    make: () => simpleRnn({ units, activation: "gelu", useBias: false }),
    inputs: sequence, outputs: [[null, 4]], weights: 28, mask: "kept", stream: true,
  },
  {
    name: "rnn of a gruCell",
    make: () => rnn({ cell: gruCell({ units }), returnSequences: true }),
    inputs: sequence, outputs: [[null, null, 4]], weights: 108, mask: "kept", stream: true,
  },
  { name: "rnn of an lstmCell", make: () => rnn({ cell: lstmCell({ units }) }), inputs: sequence, outputs: [[null, 4]], weights: 128, mask: "kept", stream: true },
  {
    name: "rnn of a simpleRnnCell, backwards",
    make: () => rnn({ cell: simpleRnnCell({ units }), goBackwards: true }),
    inputs: sequence, outputs: [[null, 4]], weights: 32, mask: "kept", stream: BACKWARDS,
  },
  ...(["concat", "sum", "mul", "ave"] as const).map((mergeMode): LayerCase => ({
    name: `bidirectional gru, ${mergeMode}`,
    make: () => bidirectional({ layer: gru({ units, returnSequences: true }), mergeMode }),
    inputs: sequence, outputs: [[null, null, mergeMode === "concat" ? 8 : 4]], weights: 216, mask: "kept", stream: /also runs backwards/,
  })),
  {
    name: "bidirectional lstm, both outputs and the states",
    make: () => bidirectional({ layer: lstm({ units, returnState: true }), mergeMode: null }),
    inputs: sequence, outputs: Array.from({ length: 6 }, () => [null, 4]), weights: 256, mask: "kept", stream: /also runs backwards/,
  },
  {
    name: "bidirectional with initial states and a backward layer of its own",
    make: () => bidirectional({ layer: gru({ units }), backwardLayer: simpleRnn({ units: 2, goBackwards: true }) }),
    inputs: [[null, null, 3], [null, 4], [null, 2]], outputs: [[null, 6]], weights: 120, stream: /also runs backwards/,
  },
  {
    name: "bidirectional gruD",
    make: () => bidirectional({ layer: gruD({ units, returnSequences: true }) }),
    inputs: [[null, null, 6]], outputs: [[null, null, 8]], weights: 252, mask: "kept", stream: /also runs backwards/, sequences: true,
  },
  {
    name: "bidirectional rnn of a cell",
    make: () => bidirectional({ layer: rnn({ cell: simpleRnnCell({ units }) }) }),
    inputs: sequence, outputs: [[null, 8]], weights: 64, mask: "kept", stream: /also runs backwards/,
  },
]; // prettier-ignore

/** Layers of the minimal cells. */
const minimal: LayerCase[] = [
  { name: "minGru", make: () => minGru({ units }), inputs: sequence, outputs: [[null, 4]], weights: 32, mask: "kept", stream: true },
  {
    name: "minGru of the positive candidate, all outputs",
    make: () => minGru({ units, candidate: "positive", returnSequences: true, returnState: true }),
    inputs: sequence, outputs: [[null, null, 4], [null, 4]], weights: 32, mask: "kept", stream: true,
  },
  {
    name: "minGru without bias, with zeros at masked steps",
    make: () => minGru({ units, useBias: false, returnSequences: true, zeroOutputForMask: true }),
    inputs: sequence, outputs: [[null, null, 4]], weights: 24, mask: "kept", stream: true,
  },
  {
    name: "minGru backwards with an initial state",
    make: () => minGru({ units, goBackwards: true, returnSequences: true, returnState: true }),
    inputs: [[null, null, 3], [null, 4]], outputs: [[null, null, 4], [null, 4]], weights: 32, stream: BACKWARDS,
  },
  { name: "minLstm", make: () => minLstm({ units }), inputs: sequence, outputs: [[null, 4]], weights: 48, mask: "kept", stream: true },
  {
    name: "minLstm of the positive candidate, all outputs",
    make: () => minLstm({ units, candidate: "positive", forgetBias: 1, returnSequences: true, returnState: true }),
    inputs: sequence, outputs: [[null, null, 4], [null, 4]], weights: 48, mask: "kept", stream: true,
  },
  {
    name: "minLstm with an initial state",
    make: () => minLstm({ units, returnState: true, useBias: false }),
    inputs: [[null, null, 3], [null, 4]], outputs: [[null, 4], [null, 4]], weights: 36, stream: /initial states/,
  },
  {
    name: "rnn of a minGruCell",
    make: () => rnn({ cell: minGruCell({ units }), returnSequences: true }),
    inputs: sequence, outputs: [[null, null, 4]], weights: 32, mask: "kept", stream: true,
  },
  {
    name: "bidirectional minGru",
    make: () => bidirectional({ layer: minGru({ units, returnSequences: true }) }),
    inputs: sequence, outputs: [[null, null, 8]], weights: 64, mask: "kept", stream: /also runs backwards/,
  },
].map((c) => ({ ...c, sequences: true }) as LayerCase); // prettier-ignore

const perStep: LayerCase[] = [
  {
    name: "distributionHead of studentT",
    make: () => layers.distributionHead({ distribution: "studentT", units: 2 }),
    inputs: vector, outputs: [[null, 2, 3]], weights: 24, stream: true,
  },
  {
    name: "distributionHead of negativeBinomial over time",
    make: () => layers.distributionHead({ distribution: "negativeBinomial" }),
    inputs: sequence, outputs: [[null, null, 1, 2]], weights: 8, mask: "kept", stream: true,
  },
  { name: "dense", make: () => layers.dense({ units: 2 }), inputs: vector, outputs: [[null, 2]], weights: 8, stream: true },
  {
    name: "dense on every step",
    make: () => layers.dense({ units: 2, activation: "softmax", useBias: false }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 6, mask: "kept", stream: true,
  },
  {
    name: "dense of swish",
    make: () => layers.dense({ units: 2, activation: "swish" }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 8, mask: "kept", stream: true,
  },
  {
    name: "dense of an activation without a plan",
    make: () => layers.dense({ units: 2, activation: "logSoftmax" }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 8, mask: "kept", stream: true,
  },
  {
    name: "embedding",
    make: () => layers.embedding({ inputDim: 7, outputDim: 3 }),
    inputs: [[null, null]], outputs: [[null, null, 3]], weights: 21, indices: 7, mask: "made", stream: true,
  },
  { name: "masking", make: () => layers.masking(), inputs: sequence, outputs: [[null, null, 3]], weights: 0, mask: "made", stream: true },
  { name: "dropout", make: () => layers.dropout({ rate: 0.4 }), inputs: sequence, outputs: [[null, null, 3]], weights: 0, mask: "kept", stream: true },
  ...["linear", "elu", "softmax", "hard_sigmoid", "logSoftmax"].map((name): LayerCase => ({
    name: `activation ${name}`,
    make: () => layers.activation({ activation: name }),
    inputs: sequence, outputs: [[null, null, 3]], weights: 0, mask: "kept", stream: true,
  })),
  {
    name: "layerNormalization",
    make: () => layers.layerNormalization(),
    inputs: sequence, outputs: [[null, null, 3]], weights: 6, mask: "kept", stream: true,
  },
  {
    name: "layerNormalization without gamma and beta",
    make: () => layers.layerNormalization({ center: false, scale: false, epsilon: 1e-5 }),
    inputs: sequence, outputs: [[null, null, 3]], weights: 0, mask: "kept", stream: true,
  },
  {
    name: "timeDistributed dense",
    make: () => timeDistributed({ layer: layers.dense({ units: 2, activation: "tanh" }) }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 8, mask: "kept", stream: true,
  },
  {
    name: "timeDistributed gru over inner sequences",
    make: () => timeDistributed({ layer: gru({ units }) }),
    inputs: [[null, null, 3, 2]], outputs: [[null, null, 4]], weights: 96, mask: "kept", stream: true,
  },
]; // prettier-ignore

const LAYS_SIDE_BY_SIDE = /because it lays the time steps/;

const shaping: LayerCase[] = [
  { name: "flatten", make: () => layers.flatten(), inputs: [[null, 4, 3]], outputs: [[null, 12]], weights: 0, steps: 4, stream: LAYS_SIDE_BY_SIDE },
  {
    name: "reshape",
    make: () => layers.reshape({ targetShape: [-1, 2] }),
    inputs: [[null, 4, 3]], outputs: [[null, 6, 2]], weights: 0, steps: 4, stream: /does not keep the time axis/,
  },
  {
    name: "reshape of each step",
    make: () => layers.reshape({ targetShape: [-1, 3, 2] }),
    inputs: [[null, null, 6]], outputs: [[null, null, 3, 2]], weights: 0, stream: true,
  },
  {
    name: "repeatVector",
    make: () => layers.repeatVector({ n: 3 }),
    inputs: [[null, 2]], outputs: [[null, 3, 2]], weights: 0, stream: /because it makes several time steps/,
  },
  ...(["valid", "same"] as const).map((padding): LayerCase => ({
    name: `conv1d ${padding}`,
    make: () => layers.conv1d({ filters: 2, kernelSize: 3, padding }),
    inputs: [[null, 5, 3]], outputs: [[null, padding === "same" ? 5 : 3, 2]], weights: 20, steps: 5, stream: /its padding is/,
  })),
  {
    name: "conv1d with strides",
    make: () => layers.conv1d({ filters: 2, kernelSize: 2, strides: 2, padding: "causal" }),
    inputs: [[null, 5, 3]], outputs: [[null, 3, 2]], weights: 14, steps: 5, stream: /strides of 2/,
  },
  {
    name: "conv1d causal",
    make: () => layers.conv1d({ filters: 2, kernelSize: 2, padding: "causal", activation: "tanh" }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 14, stream: true,
  },
  {
    name: "conv1d causal, dilated, without bias",
    make: () => layers.conv1d({ filters: 2, kernelSize: 3, padding: "causal", dilationRate: 2, useBias: false }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 18, stream: true,
  },
  {
    name: "conv1d of one step",
    make: () => layers.conv1d({ filters: 2, kernelSize: 1 }),
    inputs: sequence, outputs: [[null, null, 2]], weights: 8, stream: true,
  },
  ...(["valid", "same"] as const).map((padding): LayerCase => ({
    name: `depthwiseConv1d ${padding}`,
    make: () => layers.depthwiseConv1d({ kernelSize: 3, padding }),
    inputs: [[null, 5, 3]], outputs: [[null, padding === "same" ? 5 : 3, 3]], weights: 12, steps: 5, stream: /its padding is/, sequences: true,
  })),
  {
    name: "depthwiseConv1d with strides",
    make: () => layers.depthwiseConv1d({ kernelSize: 2, strides: 2, padding: "causal" }),
    inputs: [[null, 5, 3]], outputs: [[null, 3, 3]], weights: 9, steps: 5, stream: /strides of 2/, sequences: true,
  },
  {
    name: "depthwiseConv1d causal",
    make: () => layers.depthwiseConv1d({ kernelSize: 4, padding: "causal", activation: "tanh" }),
    inputs: sequence, outputs: [[null, null, 3]], weights: 15, stream: true, sequences: true,
  },
  {
    name: "depthwiseConv1d causal, dilated, without bias, of many channels",
    make: () => layers.depthwiseConv1d({ kernelSize: 2, padding: "causal", dilationRate: 2, useBias: false }),
    inputs: [[null, null, 18]], outputs: [[null, null, 18]], weights: 36, stream: true, sequences: true,
  },
  { name: "globalAveragePooling1d", make: () => layers.globalAveragePooling1d(), inputs: sequence, outputs: [[null, 3]], weights: 0, mask: "kept", stream: true },
  { name: "globalMaxPooling1d", make: () => layers.globalMaxPooling1d(), inputs: sequence, outputs: [[null, 3]], weights: 0, mask: "kept", stream: true },
  {
    name: "globalMaxPooling1d keeping the axis",
    make: () => layers.globalMaxPooling1d({ keepDims: true }),
    inputs: sequence, outputs: [[null, 1, 3]], weights: 0, mask: "kept", stream: true,
  },
]; // prettier-ignore

const two = [[null, null, 3], [null, null, 3]]; // prettier-ignore

const merging: LayerCase[] = [
  ...Object.entries({ add, multiply, average, maximum, minimum, subtract }).map(([name, make]): LayerCase => ({
    name,
    make: () => make(),
    inputs: two, outputs: [[null, null, 3]], weights: 0, stream: true,
  })),
  {
    name: "add of three, one stretched",
    make: () => add(),
    inputs: [...two, [null, null, 1]], outputs: [[null, null, 3]], weights: 0, stream: true,
  },
  {
    name: "concatenate",
    make: () => layers.concatenate(),
    inputs: [[null, null, 3], [null, null, 2]], outputs: [[null, null, 5]], weights: 0, stream: true,
  },
  {
    name: "lateFusion of two kinds",
    make: () => layers.lateFusion(),
    inputs: [[null, 2], [null, 3], [null, 1]], outputs: [[null, 6]], weights: 0, stream: true,
  },
  {
    name: "concatenate along time",
    make: () => layers.concatenate({ axis: 1 }),
    inputs: [[null, 2, 3], [null, 3, 3]], outputs: [[null, 5, 3]], weights: 0, steps: 2, stream: /joins its inputs along time/,
  },
]; // prettier-ignore

const ALL_STEPS = /because it looks at all steps of its values/;

const queryAndValue = [[null, null, 3], [null, 5, 3]]; // prettier-ignore

const attending: LayerCase[] = [
  { name: "attention", make: () => layers.attention(), inputs: queryAndValue, outputs: [[null, null, 3]], weights: 0, stream: ALL_STEPS },
  {
    name: "attention with all options",
    make: () => layers.attention({ useScale: true, scoreMode: "concat", returnAttentionScores: true, useCausalMask: true }),
    inputs: [[null, null, 3], [null, 5, 2], [null, 5, 3]], outputs: [[null, null, 2], [null, null, 5]], weights: 2,
    stream: ALL_STEPS,
  },
  {
    name: "additiveAttention",
    make: () => layers.additiveAttention(),
    inputs: queryAndValue, outputs: [[null, null, 3]], weights: 3, stream: ALL_STEPS,
  },
]; // prettier-ignore

export const CASES: LayerCase[] = [...recurrent, ...minimal, ...perStep, ...shaping, ...merging, ...attending];
