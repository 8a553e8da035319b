/** Every recurrent layer's forward pass against ONNX Runtime: another program's reading of the same equations. */
import { describe, test } from "node:test";
import { layers } from "../../src/index.js";
import type { Layer } from "../../src/index.js";
import type { RecurrentLayer, RecurrentLayerConfig } from "../../src/layers/recurrent/recurrent-layer.js";
import { Random } from "../../src/util/random.js";
import { runOnnx, type Direction, type OnnxCall, type OnnxResult, type Operator } from "../oracles/onnx-recurrent.js";
import { assertNear, call, drawn } from "./check-layer.js";

const TOLERANCE = 1e-5;

interface Size {
  B: number;
  T: number;
  D: number;
  H: number;
  /** Steps that count, for each sequence. */
  lengths: number[];
}
const SMALL: Size = { B: 3, T: 5, D: 3, H: 4, lengths: [2, 5, 3] };
/** No size is a multiple of a vector's lanes. */
const ODD: Size = { B: 5, T: 11, D: 19, H: 37, lengths: [11, 1, 7, 10, 4] };

interface Variant {
  name: string;
  operator: Operator;
  make: (H: number, options: RecurrentLayerConfig) => RecurrentLayer<RecurrentLayerConfig>;
  resetAfter?: boolean;
  activations?: OnnxCall["activations"];
}

const { gru, lstm, simpleRnn, rnn, gruCell, lstmCell, simpleRnnCell } = layers;
const SOFTSIGN = { names: ["Sigmoid", "Softsign"] };
const HARD = { names: ["HardSigmoid", "Relu"], alpha: [1 / 6], beta: [0.5] };
const hard = { recurrentActivation: "hard_sigmoid", activation: "relu" };

const VARIANTS: Variant[] = [
  { name: "gru", operator: "GRU", resetAfter: true, make: (H, o) => gru({ units: H, ...o }) },
  { name: "gru, resetAfter false", operator: "GRU", make: (H, o) => gru({ units: H, resetAfter: false, ...o }) },
  {
    name: "gru without bias",
    operator: "GRU",
    resetAfter: true,
    make: (H, o) => gru({ units: H, useBias: false, ...o }),
  },
  {
    name: "gru of hardSigmoid and relu",
    operator: "GRU",
    resetAfter: true,
    activations: HARD,
    make: (H, o) => gru({ units: H, ...hard, ...o }),
  },
  {
    name: "gru step by step",
    operator: "GRU",
    resetAfter: true,
    activations: SOFTSIGN,
    make: (H, o) => gru({ units: H, activation: "softsign", ...o }),
  },
  {
    name: "rnn of a gruCell, resetAfter false, step by step",
    operator: "GRU",
    activations: SOFTSIGN,
    make: (H, o) => rnn({ cell: gruCell({ units: H, resetAfter: false, activation: "softsign" }), ...o }),
  },
  { name: "lstm", operator: "LSTM", make: (H, o) => lstm({ units: H, ...o }) },
  {
    name: "rnn of an lstmCell, step by step",
    operator: "LSTM",
    activations: { names: ["Sigmoid", "Softsign", "Softsign"] },
    make: (H, o) => rnn({ cell: lstmCell({ units: H, activation: "softsign" }), ...o }),
  },
  { name: "simpleRnn", operator: "RNN", make: (H, o) => simpleRnn({ units: H, ...o }) },
  {
    name: "rnn of a simpleRnnCell, step by step",
    operator: "RNN",
    activations: { names: ["Softsign"] },
    make: (H, o) => rnn({ cell: simpleRnnCell({ units: H, activation: "softsign" }), ...o }),
  },
];

interface Setting {
  direction: Direction;
  lengths: boolean;
  initial: boolean;
}

const SETTINGS: Setting[] = (["forward", "reverse", "bidirectional"] as const).flatMap((direction) =>
  [false, true].flatMap((lengths) => [false, true].map((initial) => ({ direction, lengths, initial }))),
);

function makeLayer({ make }: Variant, { direction }: Setting, H: number): Layer {
  const options = { returnSequences: true, returnState: true, zeroOutputForMask: true };
  if (direction === "bidirectional") return layers.bidirectional({ layer: make(H, options), mergeMode: "none" });
  return make(H, { ...options, goBackwards: direction === "reverse" });
}

async function check(variant: Variant, setting: Setting, size: Size): Promise<void> {
  const { B, T, D, H, lengths } = size;
  const random = new Random(11);
  const layer = makeLayer(variant, setting, H);
  const dirs = setting.direction === "bidirectional" ? 2 : 1;
  const states = variant.operator === "LSTM" ? 2 : 1;
  const initial = Array.from({ length: setting.initial ? dirs * states : 0 }, () => drawn(B * H, random));
  const shapes = [[B, T, D], ...initial.map(() => [B, H])];
  layer.ensureBuilt(shapes);
  // About as large as trained weights, so that the gates neither saturate nor idle.
  for (const p of layer.parameters) p.assign(drawn(p.size, random).map((w) => Math.fround(w / Math.sqrt(H))));
  const weights = Array.from({ length: dirs }, (_, dir) => {
    const count = layer.parameters.length / dirs;
    const [W, U, b] = layer.parameters.slice(dir * count, (dir + 1) * count).map((p) => p.data.slice());
    return { W: W!, U: U!, b: b ?? null };
  });
  const x = drawn(B * T * D, random);
  const { operator, resetAfter = false, activations } = variant;
  const expected = await runOnnx({
    operator,
    direction: setting.direction,
    B,
    T,
    D,
    H,
    x,
    weights,
    resetAfter,
    ...(setting.lengths ? { lengths } : {}),
    ...(setting.initial ? { initial: weights.map((_, dir) => initial.slice(dir * states, (dir + 1) * states)) } : {}),
    ...(activations ? { activations } : {}),
  });
  const mask = lengths.flatMap((length) => Array.from({ length: T }, (_, t) => (t < length ? 1 : 0)));
  const run = { shapes, data: [x, ...initial], ...(setting.lengths ? { mask } : {}) };
  for (const float of ["float64", "float32"] as const) {
    const actual = call(layer, run, float).outputs.map((t) => t.data);
    compare(actual, expected, setting, size, float);
  }
}

/** Ours come as the outputs of each direction, then the states of each. A layer that goes backwards gives its outputs in running order. */
function compare(
  actual: ArrayLike<number>[],
  { y, states }: OnnxResult,
  { direction }: Setting,
  size: Size,
  float: string,
): void {
  const ordered = direction === "reverse" ? y.map((values) => reversed(values, size)) : y;
  for (const [i, values] of [...ordered, ...states.flat()].entries()) {
    assertNear(actual[i]!, values, TOLERANCE, `${float}: output ${i}`);
  }
}

function reversed(values: Float32Array, { B, T, H }: Size): Float32Array {
  const at = (b: number, t: number) => values.subarray((b * T + t) * H, (b * T + t + 1) * H);
  const rows = Array.from({ length: B * T }, (_, i) => at(Math.floor(i / T), T - 1 - (i % T)));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

for (const variant of VARIANTS) {
  describe(`${variant.name} is what ONNX Runtime's ${variant.operator} is`, () => {
    for (const setting of SETTINGS) {
      const { direction, lengths, initial } = setting;
      const name = `${direction}${lengths ? ", with lengths" : ""}${initial ? ", with initial states" : ""}`;
      test(name, async () => {
        await check(variant, setting, SMALL);
        await check(variant, setting, ODD);
      });
    }
  });
}
