/** Models of random weights in the conventions that Sluice has, to be written for other systems. */
import { input, layers, model as makeModel, Random, tensor } from "sluice";

const [B, T, D, H, V] = [2, 6, 3, 4, 7];
const CELLS = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn };

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {() => any[]} make layers, without their input
 * @property {boolean} [words] whether whole numbers go in
 */

const recurrent = Object.entries(CELLS).flatMap(([name, cell]) => {
  const options = [
    {},
    { returnSequences: true },
    { returnSequences: true, goBackwards: true },
    { useBias: false },
    ...(name === "gru" ? [{ resetAfter: false }, { resetAfter: false, useBias: false, returnSequences: true }] : []),
    ...(name === "simpleRnn"
      ? [{ activation: "relu" }]
      : [{ recurrentActivation: "hardSigmoid", activation: "softsign" }]),
  ];
  const plain = options.map((own) => ({
    name: `${name} ${JSON.stringify(own)}`,
    make: () => [cell({ units: H, ...own })],
  }));
  const both = ["concat", "sum", "mul", "ave"].flatMap((mergeMode) =>
    [true, false].map((returnSequences) => ({
      name: `bidirectional ${name} ${mergeMode}${returnSequences ? " sequences" : ""}`,
      make: () => [
        layers.bidirectional({ layer: cell({ units: H, returnSequences }), mergeMode: /** @type {any} */ (mergeMode) }),
      ],
    })),
  );
  return [...plain, ...both];
});

/** @type {Case[]} */
export const CASES = [
  ...recurrent,
  {
    name: "embedding, two cells, dense",
    words: true,
    make: () => [
      layers.embedding({ inputDim: V, outputDim: D }),
      layers.gru({ units: H, returnSequences: true }),
      layers.lstm({ units: H }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
  },
  {
    name: "normalization, dense steps, pooling",
    make: () => [
      layers.lstm({ units: H, returnSequences: true }),
      layers.layerNormalization(),
      layers.timeDistributed({ layer: layers.dense({ units: 3, activation: "relu" }) }),
      layers.globalMaxPooling1d(),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ],
  },
];

/** @param {Case} one @param {number} seed */
export function draw({ make, words = false }, seed) {
  const random = new Random(seed);
  const numbers = (/** @type {number} */ count) => Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
  const start = input({ shape: words ? [null] : [null, D], dtype: words ? "int32" : "float32", name: "x" });
  const outputs = make().reduce((h, layer) => layer.apply(h), start);
  const model = makeModel({ inputs: start, outputs });
  model.setWeights(model.getWeights().map(({ data, shape }) => tensor(numbers(data.length), shape)));
  const x = words
    ? tensor(
        Int32Array.from({ length: B * T }, () => random.below(V)),
        [B, T],
      )
    : tensor(numbers(B * T * D), [B, T, D]);
  return { model, x };
}
