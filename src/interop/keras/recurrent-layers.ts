/** Recurrent layers of a file: cells, the layers that run them, and Bidirectional. */
import { layers } from "sluice";
import type { Bidirectional } from "../../layers/recurrent/bidirectional.js";
import type { RecurrentCell } from "../../layers/recurrent/cell.js";
import type { RecurrentLayer, RecurrentLayerConfig } from "../../layers/recurrent/recurrent-layer.js";
import type { RNN } from "../../layers/recurrent/rnn.js";
import { check } from "../../util/errors.js";
import type { Cell } from "../gates.js";
import type { Dialect } from "./dialect.js";
import { Fields } from "./fields.js";
import { activationOption, layerOptions, type LayerReader, type ReadContext, type ReadLayer } from "./layer-parts.js";
import { below, cellSlots, type GateScales } from "./slots.js";

type Recurrent = RecurrentLayer<RecurrentLayerConfig>;
/** The options as the factories take them: they check every one themselves. */
type Options = Parameters<typeof layers.gru>[0];

const MAKERS = {
  gru: { layer: layers.gru, cell: layers.gruCell },
  lstm: { layer: layers.lstm, cell: layers.lstmCell },
  simpleRnn: { layer: layers.simpleRnn, cell: layers.simpleRnnCell },
};
const CELL_OPTIONS = ["units", "use_bias", "dropout", "recurrent_dropout"];
const LAYER_OPTIONS = ["return_sequences", "return_state", "go_backwards", "stateful", "zero_output_for_mask"];
const FIXED = { time_major: [false], cell_activation: [] };

/** GRU, LSTM, SimpleRNN. */
export const recurrentReader =
  (kind: Cell): LayerReader =>
  (config, { dialect }) => {
    const { options, scales, conventions } = cellOptions(kind, config, dialect, [...CELL_OPTIONS, ...LAYER_OPTIONS]);
    return {
      make: () => [MAKERS[kind].layer({ ...options, name: config.text("name", "") })],
      slots: ([layer]) => cellSlots((layer as Recurrent).cell, kind, "cell/", scales),
      conventions,
    };
  };

/** GRUCell, LSTMCell, SimpleRNNCell, within RNN. */
export const cellReader =
  (kind: Cell): LayerReader =>
  (config, { dialect }) => {
    const { options, scales, conventions } = cellOptions(kind, config, dialect, CELL_OPTIONS);
    return {
      make: () => [MAKERS[kind].cell({ ...options, name: config.text("name", "") })],
      slots: ([cell]) => cellSlots(cell!, kind, "", scales),
      conventions,
    };
  };

function cellOptions(kind: Cell, config: Fields, dialect: Dialect, same: readonly string[]) {
  const gated = kind !== "simpleRnn";
  const own = ["activation", "recurrent_activation", "reset_after"];
  const options = layerOptions(without(config, own), same, FIXED);
  const activation = activationOption(config, "activation", dialect, "tanh");
  // Keras before 2.3 and tfjs have the cheap function as their default.
  const gates = activationOption(
    config,
    "recurrent_activation",
    dialect,
    dialect === "keras3" ? "sigmoid" : "hard_sigmoid",
  );
  check(kind !== "lstm" || activation.scale === 1, () => {
    return `${config.where}: an LSTM whose activation is Keras 2's hard_sigmoid, clip(0.2x + 0.5, 0, 1): Sluice has Keras 3's, clip(x/6 + 0.5, 0, 1)`;
  });
  const resetAfter = kind === "gru" ? config.flag("reset_after", dialect === "keras3") : undefined;
  check(dialect !== "tfjs" || resetAfter !== true, () => `${config.where}: tfjs has no reset_after`);
  const scales: GateScales = {
    gru: [gates.scale, gates.scale, activation.scale],
    lstm: [gates.scale, gates.scale, activation.scale, gates.scale],
    simpleRnn: [activation.scale],
  }[kind];
  const conventions = [
    ...(kind === "gru" ? [`reset gate ${resetAfter ? "after" : "before"} the product`] : []),
    ...(gated ? [`gates by ${gates.name}${gates.scale === 1 ? "" : ", Keras 2's, as weights times 1.2"}`] : []),
  ];
  const made = {
    ...options,
    activation: activation.name,
    ...(gated && { recurrentActivation: gates.name }),
    ...(resetAfter !== undefined && { resetAfter }),
    ...(kind === "lstm" && { unitForgetBias: config.flag("unit_forget_bias", true) }),
  };
  return { options: made as unknown as Options, scales, conventions };
}

/** The fields but for some that are read elsewhere. */
function without(config: Fields, names: readonly string[]): Fields {
  const kept = config.keys.filter((key) => !names.includes(key)).map((key) => [key, config.get(key)!] as const);
  return new Fields(Object.fromEntries(kept), config.where);
}

export const rnnReader: LayerReader = (config, context) => {
  const cell = context.read(config.get("cell"), `${config.where}: cell`);
  check(
    CELLS.includes(cell.className),
    () => `${config.where}: the cell ${cell.className} has no form here; known: ${CELLS.join(", ")}`,
  );
  const options = layerOptions(without(config, ["cell"]), LAYER_OPTIONS, FIXED);
  return {
    make: () => [
      layers.rnn({ ...options, cell: cell.make([], false)[0] as RecurrentCell, name: config.text("name", "") }),
    ],
    slots: ([layer]) => below(cell.slots([(layer as RNN).cell]), "cell"),
    conventions: cell.conventions,
  };
};
const CELLS = ["GRUCell", "LSTMCell", "SimpleRNNCell"];

export const bidirectionalReader: LayerReader = (config, context) => {
  const options = layerOptions(without(config, ["merge_mode", "layer", "backward_layer"]), [], {
    stateful: [false, true, null],
  });
  const forward = direction(config, "layer", "forward_", context);
  const stored = config.get("backward_layer");
  const backward = stored ? direction(config, "backward_layer", "backward_", context) : null;
  const slotsOf = (layer: Bidirectional) => [
    ...below(forward.slots([layer.forwardLayer]), "forward_layer", layer.trainable),
    ...below((backward ?? forward).slots([layer.backwardLayer]), "backward_layer", layer.trainable),
  ];
  return {
    make: () => [
      layers.bidirectional({
        ...options,
        layer: forward.make([], false)[0] as Recurrent,
        backwardLayer: (backward?.make([], false)[0] as Recurrent | undefined) ?? null,
        mergeMode: mergeMode(config),
        name: config.text("name", ""),
      }),
    ],
    slots: ([layer]) => slotsOf(layer as Bidirectional),
    conventions: forward.conventions,
  };
};

function mergeMode(config: Fields) {
  const mode = config.get("merge_mode");
  return (mode === undefined ? "concat" : mode) as "concat" | null;
}

/** Keras stores the directions under the names "forward_gru" and "backward_gru", which Sluice makes of the layer's own. */
function direction(config: Fields, key: string, prefix: string, context: ReadContext): ReadLayer {
  const stored = config.object(key);
  const inner = stored.object("config");
  const name = inner.text("name", "layer");
  const renamed = {
    ...Object.fromEntries(stored.keys.map((field) => [field, stored.get(field)!])),
    config: {
      ...Object.fromEntries(inner.keys.map((field) => [field, inner.get(field)!])),
      name: name.startsWith(prefix) ? name.slice(prefix.length) : name,
    },
  };
  const read = context.read(renamed, `${config.where}: ${key}`);
  check(["GRU", "LSTM", "SimpleRNN", "RNN"].includes(read.className), () => {
    return `${config.where}: ${key} must be a recurrent layer, got ${read.className}`;
  });
  return read;
}
