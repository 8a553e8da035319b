/** What the table cannot say of recurrent layers: fused and unfused agree, dropout, carried states, cells of one's own. */
import { makeGradient } from "../../src/layers/parameter.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { layers, ops, RecurrentCell, tensor, type CellContext } from "../../src/index.js";
import type { CallContext, Layer } from "../../src/layers/layer.js";
import { GRUCell } from "../../src/layers/recurrent/gru-cell.js";
import { LSTMCell } from "../../src/layers/recurrent/lstm-cell.js";
import { SimpleRNNCell } from "../../src/layers/recurrent/simple-rnn-cell.js";
import { kernelsFor } from "../../src/ops/backend.js";
import { withScope } from "../../src/ops/scope.js";
import type { PartialShape } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { Random } from "../../src/util/random.js";
import { assertNear, built, call, drawn, type LayerCase } from "./check-layer.js";

const { gru, lstm, simpleRnn, rnn, gruCell, bidirectional, timeDistributed } = layers;
const [B, T, D, H] = [3, 4, 3, 4];
const SHAPES = [[B, T, D]];
const MASK = [0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 0];

function draw(layer: Layer, shapes: number[][] = SHAPES): Layer {
  return built({ inputs: shapes, make: () => layer } as unknown as LayerCase);
}

class SlowGRUCell extends GRUCell {
  override get fused(): null {
    return null;
  }
}
class SlowLSTMCell extends LSTMCell {
  override get fused(): null {
    return null;
  }
}
class SlowSimpleRNNCell extends SimpleRNNCell {
  override get fused(): null {
    return null;
  }
}

interface Differentiated {
  outputs: number[][];
  gradients: number[][];
}

/** Outputs, and gradients of Σ upstream · output at x, the initial states and all weights. */
function differentiate(layer: Layer, data: number[][], shapes: number[][], mask: boolean): Differentiated {
  const kernels = kernelsFor("float64");
  for (const p of layer.parameters) {
    p.place(kernels);
    p.tracked = true;
    makeGradient(p, kernels);
    kernels.fill(p.grad!.ptr, 0, p.size);
  }
  return withScope(kernels, true, (scope) => {
    const leaves = data.map((values, i) => {
      const leaf = scope.alloc(shapes[i]!);
      leaf.data.set(values);
      leaf.tracked = true;
      return leaf;
    });
    const masks = [mask ? scope.place(tensor(MASK, [B, T], "int32")) : null, ...data.slice(1).map(() => null)];
    const context: CallContext = { training: true, random: new Random(4), masks, addLoss: () => undefined };
    const outputs = layer.call(leaves, context);
    const random = new Random(8);
    const loss = outputs
      .map((y) => ops.sum(ops.mul(y, tensor(drawn(y.size, random), y.shape, "float64"))))
      .reduce((a, b) => ops.add(a, b));
    const values = outputs.map((y) => Array.from(y.data));
    scope.backward(loss);
    return { outputs: values, gradients: [...leaves, ...layer.parameters].map((t) => Array.from(t.grad!.data)) };
  });
}

const dropped = { units: H, dropout: 0.3, recurrentDropout: 0.4 };
const options = { returnSequences: true, returnState: true };
const PAIRS: [string, () => Layer, () => Layer, number][] = [
  ["gru", () => gru({ ...dropped, ...options }), () => rnn({ cell: new SlowGRUCell(dropped), ...options }), 1],
  [
    "gru, resetAfter false, backwards",
    () => gru({ ...dropped, ...options, resetAfter: false, goBackwards: true }),
    () => rnn({ cell: new SlowGRUCell({ ...dropped, resetAfter: false }), ...options, goBackwards: true }),
    1,
  ],
  ["lstm", () => lstm({ ...dropped, ...options }), () => rnn({ cell: new SlowLSTMCell(dropped), ...options }), 2],
  [
    "simpleRnn with zeros at masked steps",
    () => simpleRnn({ ...dropped, ...options, zeroOutputForMask: true }),
    () => rnn({ cell: new SlowSimpleRNNCell(dropped), ...options, zeroOutputForMask: true }),
    1,
  ],
  ["gru, last output alone", () => gru({ ...dropped }), () => rnn({ cell: new SlowGRUCell(dropped) }), 1],
];

for (const [name, fused, slow, states] of PAIRS) {
  test(`${name}: one operation over all steps is what the cell gives step by step, with dropout, masks and initial states`, () => {
    const shapes = [...SHAPES, ...Array.from({ length: states }, () => [B, H])];
    const random = new Random(6);
    const data = shapes.map((shape) =>
      drawn(
        shape.reduce((a, b) => a * b),
        random,
      ),
    );
    for (const mask of [false, true]) {
      const expected = differentiate(draw(slow(), shapes), data, shapes, mask);
      const actual = differentiate(draw(fused(), shapes), data, shapes, mask);
      for (const part of ["outputs", "gradients"] as const) {
        for (const [i, values] of expected[part].entries()) assertNear(actual[part][i]!, values, 1e-12, `${part} ${i}`);
      }
    }
  });
}

/** x goes straight to the output: W = I, U = 0, no bias, linear. */
function passing(config: object): Layer {
  const layer = simpleRnn({ units: D, activation: "linear", useBias: false, returnSequences: true, ...config });
  layer.ensureBuilt(SHAPES);
  const identity = Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0));
  layer.parameters[0]!.assign(identity);
  layer.parameters[1]!.assign(new Array<number>(D * D).fill(0));
  return layer;
}

function trained(layer: Layer, data: number[][], shapes: number[][], random: Random): Tensor {
  for (const p of layer.parameters) p.place(kernelsFor("float64"));
  return withScope(kernelsFor("float64"), false, (scope) => {
    const inputs = data.map((values, i) => scope.place(tensor(values, shapes[i]!, "float64")));
    const context = { training: true, random, masks: inputs.map(() => null), addLoss: () => undefined };
    return layer.call(inputs, context)[0]!.toHost();
  });
}

test("dropout of the inputs is the same at every step, another in every call, and the same again for the same generator", () => {
  const ones = [new Array<number>(B * T * D).fill(1)];
  const layer = passing({ dropout: 0.5 });
  const random = new Random(3);
  const [first, second] = [trained(layer, ones, SHAPES, random), trained(layer, ones, SHAPES, random)];
  const rows = first.toArray() as number[][][];
  for (const sample of rows) for (const step of sample) assert.deepEqual(step, sample[0]);
  assert.deepEqual([...new Set(first.data)].sort(), [0, 2]);
  assert.notDeepEqual(second.data, first.data);
  assert.deepEqual(trained(layer, ones, SHAPES, new Random(3)).data, first.data);
  assert.notDeepEqual(trained(passing({ dropout: 0.5, seed: 9 }), ones, SHAPES, new Random(3)).data, first.data);
  assert.ok(
    call(layer, { shapes: SHAPES, data: ones }).outputs[0]!.data.every((v) => v === 1),
    "not in prediction",
  );
});

test("dropout of the state is the same at every step", () => {
  const layer = passing({ recurrentDropout: 0.5 });
  const [W, U] = layer.parameters.map((p) => p.data.slice());
  layer.parameters[0]!.assign(U!);
  layer.parameters[1]!.assign(W!);
  const shapes = [...SHAPES, [B, D]];
  const data = [new Array<number>(B * T * D).fill(0), new Array<number>(B * D).fill(1)];
  const y = trained(layer, data, shapes, new Random(3));
  const last = Array.from(y.data).filter((_, i) => Math.floor(i / D) % T === T - 1);
  assert.deepEqual(
    [...new Set(last)].sort((a, b) => a - b),
    [0, 2 ** T],
    "kept T times or never",
  );
});

test("a stateful layer carries its state from batch to batch until resetStates", () => {
  for (const make of [gru, lstm]) {
    const layer = draw(make({ units: H, stateful: true, returnSequences: true }));
    const whole = draw(make({ units: H, returnSequences: true }));
    const data = drawn(B * T * D, new Random(2));
    const cut = (from: number, end: number) =>
      data.filter((_, i) => Math.floor(i / D) % T >= from && Math.floor(i / D) % T < end);
    const half = { shapes: [[B, T / 2, D]] };
    const run = () => [cut(0, T / 2), cut(T / 2, T)].map((part) => call(layer, { ...half, data: [part] }).outputs[0]!);
    const expected = call(whole, { shapes: SHAPES, data: [data] }).outputs[0]!.toArray() as number[][][];
    const joined = () => {
      const [a, b] = run().map((y) => y.toArray() as number[][][]);
      return a!.map((steps, i) => [...steps, ...b![i]!]);
    };
    assert.deepEqual(joined(), expected);
    assert.notDeepEqual(joined(), expected, "goes on from where it was");
    layer.resetStates!();
    assert.deepEqual(joined(), expected);
    assert.throws(
      () => call(layer, { shapes: [[1, T, D]], data: [drawn(T * D, new Random(1))] }),
      /stateful, expected the batch of 3 sequences it carries, got 1; call resetStates\(\) first/,
    );
  }
});

test("the gradient of a stateful layer takes the state that its batch started from", () => {
  const layer = draw(gru({ units: H, stateful: true }));
  const data = drawn(B * T * D, new Random(2));
  const carried = call(layer, { shapes: SHAPES, data: [data] }).outputs[0]!;
  const stateful = differentiate(layer, [data], SHAPES, false);
  const shapes = [...SHAPES, [B, H]];
  const given = differentiate(draw(gru({ units: H })), [data, Array.from(carried.data)], shapes, false);
  assert.deepEqual(stateful.outputs, given.outputs);
  assert.deepEqual(stateful.gradients, given.gradients.toSpliced(1, 1));
});

test("the forget gate's bias starts at 1, unless it should not", () => {
  const bias = (config: object) => {
    const layer = lstm({ units: 2, ...config });
    layer.ensureBuilt([[null, null, 1]]);
    const b = layer.parameters[2]!;
    b.initialize(new Random(1));
    return Array.from(b.data);
  };
  assert.deepEqual(bias({}), [0, 0, 1, 1, 0, 0, 0, 0]);
  assert.deepEqual(bias({ unitForgetBias: false }), [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(bias({ biasInitializer: "ones", unitForgetBias: false }), [1, 1, 1, 1, 1, 1, 1, 1]);
});

/** y = x + s, s' = s / 2 + x: an output that is not the state. */
class LeakyCell extends RecurrentCell {
  static override readonly className = "LeakyCell";
  readonly stateSizes = [D];
  readonly outputSize = D;

  constructor(config: object = {}) {
    super(config, {});
  }

  computeOutputShape([x]: PartialShape[]): PartialShape[] {
    return [x!, x!];
  }

  call([x, s]: Tensor[], _context: CellContext): Tensor[] {
    return [ops.add(x!, s!), ops.add(ops.mul(s!, 0.5), x!)];
  }
}

test("a cell of one's own runs over time, and both ways", () => {
  const data = [[1, 1, 1, 2, 2, 2, 3, 3, 3]];
  const layer = draw(rnn({ cell: new LeakyCell(), returnSequences: true, returnState: true }), [[1, 3, D]]);
  const { outputs } = call(layer, { shapes: [[1, 3, D]], data });
  assert.deepEqual(outputs[0]!.toArray(), [[[1, 1, 1], [3, 3, 3], [5.5, 5.5, 5.5]]]); // prettier-ignore
  assert.deepEqual(outputs[1]!.toArray(), [[4.25, 4.25, 4.25]]);
  const both = draw(bidirectional({ layer: rnn({ cell: new LeakyCell(), returnSequences: true }), mergeMode: "sum" }), [
    [1, 3, D],
  ]);
  assert.deepEqual(call(both, { shapes: [[1, 3, D]], data }).outputs[0]!.toArray(), [[[5.5, 5.5, 5.5], [8, 8, 8], [8.5, 8.5, 8.5]]]); // prettier-ignore
});

test("the penalty on the outputs of inner layers is asked for", () => {
  const penalized = (layer: Layer) => {
    const names: string[] = [];
    draw(layer);
    for (const p of layer.parameters) p.place(kernelsFor("float64"));
    withScope(kernelsFor("float64"), false, (scope) => {
      const x = scope.place(tensor(drawn(B * T * D, new Random(1)), SHAPES[0], "float64"));
      const penalize = (inner: Layer, outputs: Tensor[]) => void names.push(`${inner.name} ${outputs.length}`);
      layer.call([x], { training: true, random: new Random(1), masks: [null], addLoss: () => undefined, penalize });
    });
    return names;
  };
  const layer = gru({ units: H, returnState: true, name: "a" });
  assert.deepEqual(penalized(bidirectional({ layer })), ["forward_a 2", "backward_a 2"]);
  assert.deepEqual(penalized(timeDistributed({ layer: layers.dense({ units: 2, name: "b" }) })), ["b 1"]);
});

test("wrong settings and shapes of recurrent layers are named", () => {
  const connect = (layer: Layer, ...shapes: PartialShape[]) => layer.ensureBuilt(shapes);
  const x = [null, null, D];
  assert.throws(() => gru({ units: 0 }), /GRU: units must be a whole number of at least 1, got 0/);
  assert.throws(() => gru({ units: 4, retrunSequences: true } as never), /GRU: unknown option "retrunSequences"; did you mean "returnSequences"\?/); // prettier-ignore
  assert.throws(
    () => lstm({ units: 4, name: "a", resetAfter: true } as never),
    /LSTM "a": unknown option "resetAfter"/,
  );
  assert.throws(() => gru({ units: 4, dropout: 1.5 }), /GRU: dropout must be a number from 0 to 1, got 1.5/);
  assert.throws(() => gru({ units: 4, activation: "tahn" }), /activation must be one of .*did you mean "tanh"\?/);
  assert.throws(() => connect(gru({ units: 4, kernelInitializer: "glorot" }), x), /there is no initializer "glorot"/);
  assert.throws(() => connect(gru({ units: 4, name: "gru_1" }), [32, 8]), /GRU "gru_1": input must be \[batch, time, features\], got \[32, 8\]/); // prettier-ignore
  assert.throws(
    () => connect(gru({ units: 4 }), [null, null, null]),
    /the last axis of the input must have a known size/,
  );
  assert.throws(
    () => connect(gru({ units: 4 }), x, [null, 3]),
    /initial state 0 must be \[batch, 4\], got \[null, 3\]/,
  );
  assert.throws(() => connect(lstm({ units: 4 }), x, [null, 4]), /expected 2 initial states, got 1/);
  assert.throws(() => rnn({ cell: gru({ units: 4 }) as never }), /RNN: cell must be a RecurrentCell, such as gruCell/);
  assert.throws(() => bidirectional({ layer: layers.dense({ units: 1 }) as never }), /Bidirectional: layer must be a recurrent layer/); // prettier-ignore
  assert.throws(() => bidirectional({ layer: gru({ units: 1 }), mergeMode: "add" as never }), /mergeMode must be one of concat, sum, mul, ave, none, got "add"/); // prettier-ignore
  assert.throws(() => bidirectional({ layer: gru({ units: 1 }), backwardLayer: gru({ units: 1 }) }), /backwardLayer must be a recurrent layer with goBackwards: true/); // prettier-ignore
  const backwardLayer = gru({ units: 2, goBackwards: true });
  assert.throws(() => bidirectional({ layer: gru({ units: 1 }), backwardLayer, mergeMode: "sum" }), /needs outputs of one size, got 1 and 2/); // prettier-ignore
  assert.throws(() => connect(bidirectional({ layer: gru({ units: 4 }) }), x, [null, 4]), /expected 2 initial states, the forward ones first, got 1/); // prettier-ignore
});

test("a cell is a layer for one step on its own", () => {
  const cell = gruCell({ units: H });
  cell.ensureBuilt([[null, D], [null, H]]); // prettier-ignore
  assert.deepEqual(cell.computeOutputShape([[2, D]]), [[2, H], [2, H]]); // prettier-ignore
});
