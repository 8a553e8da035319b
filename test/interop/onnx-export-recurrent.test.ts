// Recurrent layers in every convention that ONNX can state: their ONNX files in ONNX Runtime give what predict gives.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { input, layers, model, sequential, tensor, type Layer, type Tensor } from "sluice";
import { decode } from "../../src/interop/onnx/protobuf.js";
import type { ModelProto, NodeProto } from "../../src/interop/onnx/messages.js";
import { toOnnx } from "../../src/interop/onnx/write/to-onnx.js";
import { apart, fedOf, shake } from "../oracles/exported.js";
import { runtime } from "../oracles/onnx-runtime.js";
import { normal } from "../support/data.js";

const TOLERANCE = 1e-5;
const CELLS = { gru: layers.gru, lstm: layers.lstm, simpleRnn: layers.simpleRnn };
type Kind = keyof typeof CELLS;

/** All GRU conventions, and what the others have of them. */
interface Convention {
  units: number;
  useBias: boolean;
  returnSequences: boolean;
  returnState: boolean;
  zeroOutputForMask: boolean;
  resetAfter: boolean;
  activation: string;
  recurrentActivation: string;
}

const ACTIVATIONS = ["tanh", "sigmoid", "relu", "hard_sigmoid", "linear", "leakyRelu", "elu", "softplus", "softsign"];

function layerOf(kind: Kind, { resetAfter, recurrentActivation, ...c }: Convention, more: object = {}) {
  const gates = kind === "simpleRnn" ? {} : { recurrentActivation };
  return CELLS[kind]({ ...c, ...gates, ...(kind === "gru" ? { resetAfter } : {}), ...more } as { units: number });
}

const convention = fc.record<Convention>({
  units: fc.integer({ min: 1, max: 9 }),
  useBias: fc.boolean(),
  returnSequences: fc.boolean(),
  returnState: fc.boolean(),
  zeroOutputForMask: fc.boolean(),
  resetAfter: fc.boolean(),
  activation: fc.constantFrom(...ACTIVATIONS),
  recurrentActivation: fc.constantFrom("sigmoid", "hardSigmoid", "tanh", "softsign"),
});
const kinds = fc.constantFrom<Kind>("gru", "lstm", "simpleRnn");
const sizes = fc.record({
  B: fc.integer({ min: 1, max: 4 }),
  T: fc.integer({ min: 1, max: 6 }),
  D: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

/** Sequences that are padded at the end with zeros, at least one step each. */
function padded(B: number, T: number, D: number, seed: number): { x: Tensor; lengths: Int32Array } {
  const x = normal([B, T, D], seed);
  const lengths = Int32Array.from({ length: B }, (_, b) => 1 + ((seed + 3 * b) % T));
  for (const [b, n] of lengths.entries()) x.data.fill(0, (b * T + n) * D, (b + 1) * T * D);
  return { x, lengths };
}

interface Drawn {
  kind: Kind;
  c: Convention;
  s: { B: number; T: number; D: number; seed: number };
  goBackwards: boolean;
  ragged: boolean;
  initial: boolean;
  both: "concat" | "sum" | "mul" | "ave" | "none" | null;
  backward: { kind: Kind; activation: string; units: number } | null;
}

const drawn = fc.record<Drawn>({
  kind: kinds,
  c: convention,
  s: sizes,
  goBackwards: fc.boolean(),
  ragged: fc.boolean(),
  initial: fc.boolean(),
  both: fc.option(fc.constantFrom("concat", "sum", "mul", "ave", "none"), { nil: null }),
  backward: fc.option(
    fc.record({ kind: kinds, activation: fc.constantFrom(...ACTIVATIONS), units: fc.integer({ min: 1, max: 5 }) }),
    { nil: null },
  ),
});

function recurrentOf({ kind, c, goBackwards, both, backward }: Drawn): Layer {
  if (both === null) return layerOf(kind, c, { goBackwards, name: "layer" });
  const units = ["concat", "none"].includes(both) ? (backward?.units ?? 1) : c.units;
  const other = { ...c, activation: backward?.activation ?? "tanh", units };
  const backwardLayer = backward && layerOf(backward.kind, other, { goBackwards: true });
  return layers.bidirectional({ layer: layerOf(kind, c), mergeMode: both, backwardLayer, name: "layer" });
}

async function difference(d: Drawn): Promise<number> {
  const { B, T, D, seed } = d.s;
  const layer = recurrentOf(d);
  const x = input({ shape: [null, D], name: "x" });
  const masked = d.ragged ? layers.masking({ name: "masking" }).apply(x) : x;
  const states = d.initial ? stateSizes(layer).map((H, i) => input({ shape: [H], name: `s${i}` })) : [];
  const outputs = layer.apply([masked, ...states], "all");
  const net = shake(model({ inputs: [x, ...states], outputs }), seed);
  const { x: data, lengths } = d.ragged ? padded(B, T, D, seed) : { x: normal([B, T, D], seed), lengths: null };
  const initial = states.map((s, i) => [`s${i}`, normal([B, s.shape[1]!], seed + i)]);
  const more = lengths ? { sequence_lens: { type: "int32" as const, shape: [B], data: lengths } } : {};
  return apart(net, { x: data, ...Object.fromEntries(initial) }, { sequenceLengths: d.ragged }, more);
}

function stateSizes(layer: Layer): number[] {
  const parts = layer.className === "Bidirectional" ? layer.sublayers : [layer];
  return parts.flatMap((part) => [...(part as unknown as { cell: { stateSizes: number[] } }).cell.stateSizes]);
}

test("every cell, direction, reset form, activation, bias, output, length and initial state", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async (d) => {
      const most = await difference(d);
      assert.ok(most < TOLERANCE, `differs by ${most}`);
    }),
    { numRuns: 150, seed: 17 },
  );
});

const nodesOf = (bytes: Uint8Array): NodeProto[] => decode<ModelProto>(bytes, "ModelProto", "export").graph!.node!;
const operators = (bytes: Uint8Array): string[] => nodesOf(bytes).map(({ op_type }) => op_type!);

describe("what the file holds", () => {
  test("stacked layers stay time first: one node each, one Transpose", () => {
    const net = sequential([
      layers.gru({ units: 4, returnSequences: true, inputShape: [null, 3] }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 4, activation: "relu" }),
      layers.bidirectional({ layer: layers.lstm({ units: 4, returnSequences: true }) }),
      layers.gru({ units: 2 }),
    ]);
    const list = operators(toOnnx(net));
    assert.deepEqual(
      list.filter((op) => ["GRU", "LSTM"].includes(op)),
      ["GRU", "LSTM", "GRU"],
    );
    // x, and the two directions of the LSTM laid side by side.
    assert.equal(list.filter((op) => op === "Transpose").length, 2);
  });

  test("the default activations and outputs that nothing uses are not written", () => {
    const net = sequential([layers.lstm({ units: 4, inputShape: [null, 3], name: "rnn" })]);
    const node = nodesOf(toOnnx(net)).find(({ op_type }) => op_type === "LSTM")!;
    assert.deepEqual(
      node.attribute!.map(({ name }) => name),
      ["hidden_size", "direction"],
    );
    assert.equal(node.output!.length, 2);
    assert.equal(node.output![0], "");
  });

  test("directions that do not agree are two nodes", () => {
    const backwardLayer = layers.gru({ units: 2, goBackwards: true, resetAfter: false });
    const net = sequential([layers.bidirectional({ layer: layers.gru({ units: 4 }), backwardLayer, inputShape: [null, 3] })]); // prettier-ignore
    assert.equal(operators(toOnnx(net)).filter((op) => op === "GRU").length, 2);
  });
});

for (const kind of ["gru", "lstm", "simpleRnn"] as const) {
  for (const both of [false, true]) {
    test(`stateful ${kind}${both ? ", both directions" : ""}: states go out and in again`, async () => {
      const layer = CELLS[kind]({ units: 3, stateful: true, returnSequences: true, name: "rnn" });
      const first = both ? layers.bidirectional({ layer, name: "rnn" }) : layer;
      const x = input({ shape: [null, 2], name: "x" });
      const net = shake(model({ inputs: x, outputs: layers.dense({ units: 2, name: "head" }).apply(first.apply(x)) }));
      const bytes = toOnnx(net);
      const states = decode<ModelProto>(bytes, "ModelProto", "export")
        .graph!.input!.map(({ name }) => name!)
        .slice(1);
      assert.ok(states.length === (kind === "lstm" ? 2 : 1) * (both ? 2 : 1));
      let carried = Object.fromEntries(states.map((name) => [name, fedOf(tensor(new Float32Array(6), [2, 3]))]));
      for (let batch = 0; batch < 3; batch++) {
        const data = normal([2, 4, 2], 20 + batch);
        const expected = await net.predict(data);
        const results = await runtime(bytes, { x: fedOf(data), ...carried });
        const most = Math.max(...expected.data.map((v, i) => Math.abs(v - results["head"]!.data[i]!)));
        assert.ok(most < TOLERANCE, `batch ${batch} differs by ${most}`);
        carried = Object.fromEntries(states.map((name) => [name, { type: "float32" as const, ...results[`${name}_out`]! }])); // prettier-ignore
      }
    });
  }
}

describe("what has no ONNX form is named with its layer", () => {
  const first = { inputShape: [null, 3] };
  const refusals: [string, Layer[], RegExp, object?][] = [
    ["a mask without a promise", [layers.masking(first), layers.gru({ units: 2 })], /GRU "gru": its input is masked.*sequenceLengths: true/],
    ["a mask that was turned", [layers.masking(first), layers.gru({ units: 2, goBackwards: true, returnSequences: true }), layers.gru({ units: 2, name: "b" })], /GRU "b": its mask is no right padding/, { sequenceLengths: true }],
    ["an activation", [layers.gru({ units: 2, activation: "gelu", ...first })], /GRU "gru": ONNX's recurrent nodes have no activation gelu; they have linear, sigmoid/],
    ["an own function", [layers.dense({ units: 2, activation: (x) => x, ...first })], /Dense "dense": its activation is a function of your own/],
  ]; // prettier-ignore
  for (const [name, list, message, options] of refusals) {
    test(name, () => assert.throws(() => toOnnx(sequential(list), options), message));
  }
});
