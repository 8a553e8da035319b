/** Where masks mean something else in Keras and tfjs than in Sluice: what would give other numbers there is not written. */
import { Graph, type Layer } from "sluice";
import type { SymbolicTensor } from "../../layers/symbolic.js";
import { check } from "../../util/errors.js";

const ENDS = ["Flatten", "Reshape", "RepeatVector", "Conv1D", "GlobalAveragePooling1D", "GlobalMaxPooling1D"];

/** Why a layer that is given a mask computes something else there; undefined where it does not. */
export type MaskDifference = (layer: Layer, inputs: number) => string | undefined;

/** @throws SluiceError naming the first layer that a mask reaches and that differs there */
export function checkMasks(where: string, graph: Graph, differs: MaskDifference = inKeras, masks = false): void {
  const masked = new Set<SymbolicTensor>(masks ? graph.inputs : []);
  for (const { layer, inputs, outputs } of graph.nodes) {
    const reached = inputs.some((t) => masked.has(t));
    if (layer instanceof Graph) checkMasks(where, layer, differs, reached);
    const why = reached ? differs(layer, inputs.length) : undefined;
    check(why === undefined, () => `${where}: ${layer.label}: ${why}`);
    const { maskZero } = layer.config as { maskZero?: boolean };
    const goesOn = layer.className === "Masking" || maskZero === true || (reached && !ENDS.includes(layer.className));
    if (goesOn) for (const t of outputs) masked.add(t);
  }
}

/** keras/src/layers/merging/multiply.py */
export const MULTIPLY =
  "Keras 3 takes 1 for an input at its masked steps, and 0 where all are masked; Sluice does not look at masks here";

export const inKeras: MaskDifference = ({ className, config }, inputs) => {
  if (className === "GlobalMaxPooling1D") {
    return "Sluice leaves masked steps out, Keras's layer does not look at masks; put reshape({ targetShape: [-1, features] }) before it to do the same";
  }
  if (className === "Multiply") return MULTIPLY;
  const { goBackwards, returnSequences } = config as { goBackwards?: boolean; returnSequences?: boolean };
  if (goBackwards && returnSequences)
    return "Keras leaves the mask of a sequence that runs backwards at the wrong steps";
  const recurrent = ["GRU", "LSTM", "SimpleRNN", "RNN", "Bidirectional"].includes(className);
  if (recurrent && inputs > 1) return "Keras hands a layer that is called with initial states no mask";
  return undefined;
};
