// Every layer, and whole nets, as ONNX files: ONNX Runtime gives what predict gives; the weights come back bit for bit.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { input, layers, model, sequential, Layer, type Graph, type Tensor } from "sluice";
import { ACTIVATIONS } from "../../src/ops/activations.js";
import { decode } from "../../src/interop/onnx/protobuf.js";
import type { ModelProto, TensorProto, ValueInfoProto } from "../../src/interop/onnx/messages.js";
import { PRODUCER, toOnnx, type ToOnnxOptions } from "../../src/interop/onnx/write/to-onnx.js";
import { apart, apartWhenRead, shake } from "../oracles/exported.js";
import { indices, normal } from "../support/data.js";

const TOLERANCE = 1e-5;
const inputShape = [null, 3];
const sequences = normal([3, 7, 3], 4);
/** Steps and features that are masked. */
const padded = normal([3, 7, 3], 4);
padded.data.fill(0, 4 * 3, 7 * 3).fill(0, (7 + 2) * 3, 2 * 7 * 3);
const rows = normal([3, 4], 6);
const words = indices([3, 5], 6, 2);

async function check(net: Graph, x: Tensor | Record<string, Tensor>, options: ToOnnxOptions = {}): Promise<void> {
  const inputs = "shape" in x ? { [net.inputs[0]!.node.layer.name]: x as Tensor } : (x as Record<string, Tensor>);
  const most = await apart(shake(net), inputs, options);
  assert.ok(most < TOLERANCE, `differs by ${most}`);
  const read = await apartWhenRead(net, inputs, options);
  assert.ok(read < TOLERANCE, `read back it differs by ${read}`);
}

/** A model of one input and this layer. */
const alone = (layer: Layer, shape: (number | null)[] = inputShape) => sequential([input({ shape, name: "x" }), layer]);
const recurrentFirst = (layer: Layer) =>
  sequential([layers.gru({ units: 3, returnSequences: true, inputShape }), layer]);

describe("activations", () => {
  for (const activation of ACTIVATIONS) {
    test(activation, async () => {
      await check(alone(layers.activation({ activation })), sequences);
      await check(alone(layers.dense({ units: 5, activation }), [4]), rows);
    });
  }
});

describe("layers", () => {
  const cases: [string, Graph, Tensor][] = [
    ["dense on vectors", alone(layers.dense({ units: 2 }), [4]), rows],
    ["dense on sequences", alone(layers.dense({ units: 2, useBias: false })), sequences],
    ["dense behind a recurrent layer", recurrentFirst(layers.dense({ units: 2 })), sequences],
    ["dense on whole numbers", sequential([input({ shape: [5], dtype: "int32" }), layers.dense({ units: 2 })]), words],
    ["timeDistributed dense", alone(layers.timeDistributed({ layer: layers.dense({ units: 2, activation: "softmax" }) })), sequences],
    ["timeDistributed flatten", alone(layers.timeDistributed({ layer: layers.flatten() }), [null, 2, 3]), normal([3, 4, 2, 3])],
    ["timeDistributed gru", alone(layers.timeDistributed({ layer: layers.gru({ units: 2 }) }), [null, null, 3]), normal([2, 3, 4, 3])],
    ["timeDistributed model", alone(layers.timeDistributed({ layer: sequential([layers.dense({ units: 4, inputShape: [3] }), layers.reshape({ targetShape: [2, 2] })]) })), sequences],
    ["embedding", sequential([layers.embedding({ inputDim: 6, outputDim: 4 })]), words],
    ["embedding and gru", sequential([layers.embedding({ inputDim: 6, outputDim: 4 }), layers.gru({ units: 3 })]), words],
    ["masking", alone(layers.masking()), padded],
    ["masking by another value", alone(layers.masking({ maskValue: 0.5 })), sequences],
    ["dropout", alone(layers.dropout({ rate: 0.5 })), sequences],
    ["layerNormalization", alone(layers.layerNormalization()), sequences],
    ["layerNormalization, bare", alone(layers.layerNormalization({ scale: false, center: false, epsilon: 1e-5 })), sequences],
    ["flatten", alone(layers.flatten(), [7, 3]), sequences],
    ["reshape", alone(layers.reshape({ targetShape: [3, -1] }), [7, 3]), sequences],
    ["repeatVector", alone(layers.repeatVector({ n: 3 }), [4]), rows],
    ["globalAveragePooling", alone(layers.globalAveragePooling1d()), sequences],
    ["globalMaxPooling behind a recurrent layer", recurrentFirst(layers.globalMaxPooling1d()), sequences],
    ["globalMaxPooling, axis kept", recurrentFirst(layers.globalMaxPooling1d({ keepDims: true })), sequences],
  ]; // prettier-ignore
  for (const [name, net, x] of cases) test(name, () => check(net, x));

  for (const padding of ["valid", "same", "causal"] as const) {
    for (const [strides, dilationRate] of [[1, 1], [2, 1], [3, 1], [1, 2], [2, 2]] as const) {
      for (const T of [null, 7]) {
        const refused = padding === "same" && strides > 1 && dilationRate > 1 && T === null;
        const layer = () => layers.conv1d({ filters: 4, kernelSize: 3, padding, strides, dilationRate, activation: "relu" });
        test(`conv1d ${padding}, strides ${strides}, dilation ${dilationRate}, ${T ?? "any"} steps`, async () => {
          const net = alone(layer(), [T, 3]);
          if (refused) assert.throws(() => toOnnx(net), /Conv1D "conv1d": padding "same" with strides and dilationRate above 1/);
          else await check(net, sequences);
        });
      }
    }
  } // prettier-ignore

  const both = (layer: Layer) => {
    const [a, b] = [input({ shape: inputShape, name: "a" }), input({ shape: inputShape, name: "b" })];
    return model({ inputs: [a, b], outputs: layer.apply([a, b]) });
  };
  const merges = { add: layers.add(), subtract: layers.subtract(), multiply: layers.multiply(), average: layers.average(), maximum: layers.maximum(), minimum: layers.minimum(), concatenate: layers.concatenate(), "concatenate in time": layers.concatenate({ axis: 1 }) }; // prettier-ignore
  for (const [name, layer] of Object.entries(merges)) {
    test(name, () => check(both(layer), { a: sequences, b: normal([3, 7, 3], 9) }));
  }
});

describe("masks made of the data", () => {
  const pools = { average: layers.globalAveragePooling1d, max: layers.globalMaxPooling1d };
  for (const [name, pool] of Object.entries(pools)) {
    test(`${name} pooling`, () => check(sequential([layers.masking({ inputShape }), pool()]), padded));
    test(`${name} pooling of an embedding`, () => {
      return check(sequential([layers.embedding({ inputDim: 6, outputDim: 4, maskZero: true }), pool()]), words);
    });
    test(`${name} pooling of merged and joined sequences`, async () => {
      const [a, b] = [input({ shape: inputShape, name: "a" }), input({ shape: inputShape, name: "b" })];
      const masked = layers.masking().apply(a);
      const also = layers.masking({ name: "second" }).apply(b);
      const sum = layers.add().apply([masked, also]);
      const long = layers.concatenate({ axis: 1 }).apply([masked, b]);
      const net = model({ inputs: [a, b], outputs: [pool().apply(sum), pool({ name: "long" }).apply(long)] });
      const other = normal([3, 7, 3], 9);
      other.data.fill(0, 5 * 3, 7 * 3);
      await check(net, { a: padded, b: other });
    });
  }
});

describe("whole nets", () => {
  test("text, both directions, shared layers, two outputs", async () => {
    const [a, b] = [input({ shape: [null], dtype: "int32", name: "a" }), input({ shape: [null], dtype: "int32", name: "b" })]; // prettier-ignore
    const table = layers.embedding({ inputDim: 6, outputDim: 4 });
    const encoder = layers.bidirectional({ layer: layers.gru({ units: 3 }) });
    const [h, g] = [a, b].map((t) => encoder.apply(table.apply(t)));
    const distance = layers.subtract().apply([h!, g!]);
    const outputs = [layers.dense({ units: 2, activation: "softmax" }).apply(distance), h!];
    await check(model({ inputs: [a, b], outputs }), { a: words, b: indices([3, 8], 6, 7) });
  });

  test("encoder and decoder: the states of one begin the other", async () => {
    const [x, y] = [input({ shape: inputShape, name: "x" }), input({ shape: [null, 2], name: "y" })];
    const [, h, c] = layers.lstm({ units: 4, returnState: true }).apply(x, "all");
    const decoded = layers.lstm({ units: 4, returnSequences: true }).apply([y, h!, c!]);
    await check(model({ inputs: [x, y], outputs: layers.timeDistributed({ layer: layers.dense({ units: 2 }) }).apply(decoded) }), { x: sequences, y: normal([3, 4, 2]) }); // prettier-ignore
  });

  test("a model within a model, used twice; convolution; a cell in rnn()", async () => {
    const inner = sequential([layers.conv1d({ filters: 3, kernelSize: 2, padding: "causal", inputShape }), layers.layerNormalization()]); // prettier-ignore
    const x = input({ shape: inputShape, name: "x" });
    const rnn = layers.rnn({ cell: layers.gruCell({ units: 3, resetAfter: false }), returnSequences: true, goBackwards: true }); // prettier-ignore
    const net = model({ inputs: x, outputs: [rnn.apply(inner.apply(inner.apply(x))), x] });
    await check(net, sequences);
  });

  test("a vector repeated for a decoder", () => {
    const list = [layers.gru({ units: 3, inputShape }), layers.repeatVector({ n: 4 }), layers.gru({ units: 2, returnSequences: true })]; // prettier-ignore
    return check(sequential(list), sequences);
  });
});

describe("masks by lengths", () => {
  const lengths = { sequence_lens: { type: "int32" as const, shape: [3], data: [4, 2, 7] } };

  test("through stacked recurrent layers to a pooling layer", async () => {
    const stack = [
      layers.masking({ inputShape }),
      layers.gru({ units: 3, returnSequences: true }),
      layers.bidirectional({ layer: layers.lstm({ units: 3, returnSequences: true }) }),
      layers.dropout({ rate: 0.1 }),
      layers.globalAveragePooling1d(),
    ];
    const net = shake(sequential([input({ shape: inputShape, name: "x" }), ...stack]));
    assert.ok((await apart(net, { x: padded }, { sequenceLengths: true }, lengths)) < TOLERANCE);
  });

  test("of two inputs, each with its own", async () => {
    const [a, b] = [input({ shape: inputShape, name: "a" }), input({ shape: inputShape, name: "b" })];
    const [one, two] = [layers.masking({ name: "one" }).apply(a), layers.masking({ name: "two" }).apply(b)];
    const gru = layers.gru({ units: 3 });
    const added = gru.apply(layers.add().apply([one, two]));
    const net = shake(model({ inputs: [a, b], outputs: [gru.apply(one), gru.apply(two), added] }));
    const other = normal([3, 7, 3], 9);
    other.data.fill(0, 5 * 3, 7 * 3);
    const second = { sequence_lens_two: { type: "int32" as const, shape: [3], data: [5, 7, 7] } };
    assert.ok(
      (await apart(net, { a: padded, b: other }, { sequenceLengths: true }, { ...lengths, ...second })) < TOLERANCE,
    );
  });
});

test("a model of float64 goes out as float32", async () => {
  const net = sequential([layers.gru({ units: 3, inputShape, name: "gru" })], { dtype: "float64" });
  const most = await apart(shake(net), { [net.inputs[0]!.node.layer.name]: sequences });
  assert.ok(most < TOLERANCE);
});

test("a layer of one's own is named", () => {
  class Own extends Layer {
    static override readonly className = "Own";
    computeOutputShape = (shapes: (readonly (number | null)[])[]) => shapes;
    call = (inputs: Tensor[]) => inputs;
  }
  assert.throws(() => toOnnx(alone(new Own({}, {}))), /toOnnx: Own "own": has no form in ONNX here; known: GRU, LSTM/);
});

const protoOf = (net: Graph) => decode<ModelProto>(toOnnx(net), "ModelProto", "export");

test("producer, attachments, and named axes that may vary", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  assert.equal(PRODUCER.version, version);
  const net = recurrentFirst(layers.dense({ units: 2 }));
  net.attachments = { scaler: { mean: [1, 2] } };
  const proto = protoOf(net);
  assert.equal(proto.producer_name, "sluice");
  assert.deepEqual(JSON.parse(proto.metadata_props![0]!.value!), { attachments: net.attachments, states: [] });
  const dims = (list: ValueInfoProto[] | undefined) => list![0]!.type!.tensor_type!.shape!.dim;
  assert.deepEqual(dims(proto.graph!.input), [{ dim_param: "batch" }, { dim_param: "time" }, { dim_value: 3 }]);
  assert.deepEqual(dims(proto.graph!.output), [{ dim_param: "batch" }, { dim_param: "time" }, { dim_value: 2 }]);
});

const floatsOf = ({ raw_data: raw }: TensorProto) => new Float32Array(raw!.slice().buffer);

test("weights of a net that is drawn at random are in the file bit for bit", async () => {
  const kinds = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn };
  const kind = fc.constantFrom("gru" as const, "lstm" as const, "simpleRnn" as const);
  const shape = fc.record({ kind, D: fc.integer({ min: 1, max: 20 }), H: fc.integer({ min: 1, max: 20 }), resetAfter: fc.boolean() }); // prettier-ignore
  /** Where each of ONNX's gates stands in Sluice's order. */
  const gates = { gru: [0, 1, 2], lstm: [0, 3, 1, 2], simpleRnn: [0] };
  fc.assert(
    fc.property(shape, ({ kind, D, H, resetAfter }) => {
      const own = kind === "gru" ? { resetAfter } : {};
      const layer = kinds[kind]({ units: H, name: "rnn", inputShape: [null, D], ...own });
      const net = shake(sequential([layer, layers.dense({ units: 2, name: "head" })]));
      const [W, U, b, head] = net.getWeights();
      const order = gates[kind];
      const G = order.length * H;
      const rows = (data: ArrayLike<number>, n: number) =>
        order.flatMap((gate) => Array.from({ length: H * n }, (_, i) => data[(i % n) * G + gate * H + Math.floor(i / n)]!)); // prettier-ignore
      const second = b!.size > G ? rows(b!.data.subarray(G), 1) : new Array<number>(G).fill(0);
      const stored = Object.fromEntries(protoOf(net).graph!.initializer!.map((t) => [t.name!, t]));
      assert.deepEqual(Array.from(floatsOf(stored["rnn/W"]!)), rows(W!.data, D));
      assert.deepEqual(Array.from(floatsOf(stored["rnn/R"]!)), rows(U!.data, H));
      assert.deepEqual(Array.from(floatsOf(stored["rnn/B"]!)), [...rows(b!.data, 1), ...second]);
      assert.deepEqual(Array.from(floatsOf(stored["head/kernel"]!)), Array.from(head!.data));
    }),
    { numRuns: 60 },
  );
});

/** What turns [B, T, D] into [B, T', D']. */
const links: Record<string, (n: number) => Layer> = {
  gru: (n) => layers.gru({ units: n, returnSequences: true, resetAfter: n % 2 === 0 }),
  backwards: (n) => layers.lstm({ units: n, returnSequences: true, goBackwards: true }),
  both: (n) => layers.bidirectional({ layer: layers.simpleRnn({ units: n, returnSequences: true }) }),
  dense: (n) => layers.dense({ units: n, activation: "silu" }),
  conv: (n) => layers.conv1d({ filters: n, kernelSize: 2, padding: "causal", activation: "tanh" }),
  norm: () => layers.layerNormalization(),
  dropout: () => layers.dropout({ rate: 0.2 }),
  steps: (n) => layers.timeDistributed({ layer: layers.dense({ units: n }) }),
};
const ends: Record<string, (n: number) => Layer[]> = {
  last: (n) => [layers.lstm({ units: n })],
  pool: () => [layers.globalMaxPooling1d()],
  mean: (n) => [layers.globalAveragePooling1d(), layers.dense({ units: n, activation: "softmax" })],
  again: (n) => [
    layers.gru({ units: n }),
    layers.repeatVector({ n: 3 }),
    layers.gru({ units: n, returnSequences: true }),
  ],
  all: () => [],
};

test("nets that are drawn at random give what predict gives, read back too; no weight is lost or changed", async () => {
  const link = fc.tuple(fc.constantFrom(...Object.keys(links)), fc.integer({ min: 1, max: 6 }));
  const drawn = fc.record({
    middle: fc.array(link, { minLength: 1, maxLength: 5 }),
    end: fc.constantFrom(...Object.keys(ends)),
    B: fc.integer({ min: 1, max: 4 }),
    T: fc.integer({ min: 2, max: 7 }),
    D: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ middle, end, B, T, D }) => {
      const list = [...middle.map(([kind, n]) => links[kind]!(n)), ...ends[end]!(2)];
      const net = sequential([input({ shape: [null, D], name: "x" }), ...list]);
      await check(net, normal([B, T, D], 3));
      const own = (protoOf(net).graph!.initializer ?? []).filter(
        ({ name, data_type: type }) => type === 1 && !name!.startsWith("float32/"),
      );
      const sorted = (parts: ArrayLike<number>[]) =>
        parts
          .flatMap((part) => Array.from(part))
          .filter((v) => v !== 0)
          .sort((a, b) => a - b);
      assert.deepEqual(sorted(own.map(floatsOf)), sorted(net.getWeights().map(({ data }) => data)));
    }),
    { numRuns: 40, seed: 23 },
  );
});
