import fc from "fast-check";
import { input, layers, model, Random, sequential, tensor, type Layer, type Model, type Tensor } from "sluice";

/** What decides a drawn model. */
export interface Drawn {
  start: "numbers" | "indices" | "masked" | "masked indices";
  recurrent: { cell: "gru" | "lstm" | "simpleRnn"; units: number; both: boolean; mode: "concat" | "sum" | "mul" | "ave"; back: boolean; bias: boolean; activation: string; gates: string; after: boolean }[];
  middle: "none" | "conv" | "timeDistributed" | "norm" | "dropout";
  end: "last" | "average" | "flatten" | "repeat" | "sequence";
  branches: boolean;
  shared: boolean;
  seed: number;
} // prettier-ignore

export const T = 4;
export const V = 6;
const ACTIVATIONS = ["tanh", "relu", "sigmoid", "elu", "softsign", "linear"];

export function drawn(after: boolean): fc.Arbitrary<Drawn> {
  const recurrent = fc.record({
    cell: fc.constantFrom("gru" as const, "lstm" as const, "simpleRnn" as const),
    units: fc.integer({ min: 1, max: 4 }),
    both: fc.boolean(),
    mode: fc.constantFrom("concat" as const, "sum" as const, "mul" as const, "ave" as const),
    back: fc.boolean(),
    bias: fc.boolean(),
    activation: fc.constantFrom(...ACTIVATIONS),
    gates: fc.constantFrom("sigmoid", "tanh"),
    after: after ? fc.boolean() : fc.constant(false),
  });
  return fc.record({
    start: fc.constantFrom("numbers" as const, "indices" as const, "masked" as const, "masked indices" as const),
    recurrent: fc.array(recurrent, { minLength: 1, maxLength: 3 }),
    middle: fc.constantFrom(
      "none" as const,
      "conv" as const,
      "timeDistributed" as const,
      "norm" as const,
      "dropout" as const,
    ),
    end: fc.constantFrom(
      "last" as const,
      "average" as const,
      "flatten" as const,
      "repeat" as const,
      "sequence" as const,
    ),
    branches: fc.boolean(),
    shared: fc.boolean(),
    seed: fc.nat(),
  });
}

/** @param masks whether masks may be where the other system reads them otherwise */
export function build(d: Drawn, careful: boolean): Model {
  const masked = d.start.startsWith("masked");
  const x = input({
    shape: [T, ...(d.start.endsWith("indices") ? [] : [2])],
    dtype: d.start.endsWith("indices") ? "int32" : "float32",
    name: "x",
  });
  const body: Layer[] = [];
  if (d.start.endsWith("indices")) body.push(layers.embedding({ inputDim: V, outputDim: 3, maskZero: masked }));
  else if (masked) body.push(layers.masking());
  for (const [i, r] of d.recurrent.entries()) {
    const last = i === d.recurrent.length - 1 && d.end === "last";
    const options = { units: r.units, useBias: r.bias, activation: r.activation, returnSequences: !last };
    // Masks of what runs backwards, and of both directions, are not the same everywhere.
    const both = r.both && !(masked && careful && !last);
    const goBackwards = r.back && !both && !(masked && !last);
    const gated = { ...options, recurrentActivation: r.gates };
    const layer =
      r.cell === "gru" ? layers.gru({ ...gated, resetAfter: r.after, goBackwards })
      : r.cell === "lstm" ? layers.lstm({ ...gated, goBackwards })
      : layers.simpleRnn({ ...options, goBackwards }); // prettier-ignore
    body.push(both ? layers.bidirectional({ layer, mergeMode: r.mode }) : layer);
  }
  if (d.end !== "last") {
    if (d.middle === "conv")
      body.push(layers.conv1d({ filters: 3, kernelSize: 2, padding: careful ? "same" : "causal", activation: "relu" }));
    if (d.middle === "timeDistributed") body.push(layers.timeDistributed({ layer: layers.dense({ units: 2 }) }));
  }
  if (d.middle === "norm") body.push(layers.layerNormalization());
  if (d.middle === "dropout") body.push(layers.dropout({ rate: 0.3 }));
  if (d.end === "average" && !(masked && careful)) body.push(layers.globalAveragePooling1d());
  if (d.end === "flatten") body.push(layers.flatten());
  if (d.end === "repeat")
    body.push(layers.flatten(), layers.repeatVector({ n: 2 }), layers.reshape({ targetShape: [-1] }));
  const made = d.branches
    ? branched(x, body, d.shared)
    : sequential([x, ...body, layers.dense({ units: 2, activation: "softmax" })]);
  const random = new Random(d.seed);
  made.setWeights(
    made.getWeights().map((w) =>
      tensor(
        Float32Array.from(w.data, () => random.uniform() - 0.5),
        w.shape,
      ),
    ),
  );
  return made;
}

/** Two heads with one input each of several ways to join them. */
function branched(x: ReturnType<typeof input>, body: readonly Layer[], shared: boolean): Model {
  const h = body.reduce((t, layer) => layer.apply(t), x);
  const one = layers.dense({ units: 3, activation: "tanh" });
  const two = shared ? one : layers.dense({ units: 3 });
  const [a, b] = [one.apply(h), two.apply(layers.activation({ activation: "relu" }).apply(h))];
  const joined = layers
    .concatenate()
    .apply([layers.add().apply([a, b]), layers.multiply().apply([a, b]), layers.average().apply([b, a])]);
  return model({ inputs: x, outputs: [layers.dense({ units: 2 }).apply(joined), layers.maximum().apply([a, b])] });
}

export function inputFor(d: Drawn, B = 3): Tensor {
  const random = new Random(d.seed + 1);
  if (d.start.endsWith("indices")) {
    return tensor(
      Int32Array.from({ length: B * T }, () => random.below(V)),
      [B, T],
    );
  }
  const values = Float32Array.from({ length: B * T * 2 }, () => random.uniform() * 2 - 1);
  if (d.start === "masked") values.fill(0, values.length - 4);
  return tensor(values, [B, T, 2]);
}
