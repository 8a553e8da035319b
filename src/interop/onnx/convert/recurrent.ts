/** Recurrent nodes as layers. */
import { layers, type Layer, type SymbolicTensor } from "sluice";
import { toLayerWeights, type Cell } from "../../gates.js";
import type { GraphNode } from "../graph.js";
import { cellWeights, notFused } from "../recurrent-fused.js";
import { readRecurrentNode, type DirectionCall, type RecurrentNode } from "../recurrent-call.js";
import { zeros } from "../value.js";
import type { Conversion, LayerWeight, Need } from "./conversion.js";
import { sizesOf, withoutOnes, type Axis, type Traced } from "./traced.js";

const CELLS: Readonly<Record<string, Cell>> = { GRU: "gru", LSTM: "lstm", RNN: "simpleRnn" };

export function convertRecurrent(c: Conversion, node: GraphNode): void {
  const x = c.traced(node, 0);
  const { call, batchFirst } = readWeights(c, node, x);
  const wanted = batchFirst ? [0, 1, 2] : [1, 0, 2];
  if (String(x.axes) !== String(wanted)) c.refuse(node, "the axes of its input are not those of a sequence");
  if (c.get(node.inputs[4]) !== null) {
    c.refuse(node, "takes sequence_lens; a layer takes masks, from masking() or an embedding with maskZero");
  }
  const two = call.directions.length === 2;
  const reverse = !two && call.directions[0]!.reverse;
  if (reverse && c.isUsed(node.outputs[0]))
    c.refuse(node, "gives a sequence that runs backwards in time, at its own times");
  const initial = initialStates(c, node, two);
  const make = ({ returnSequences, returnState }: Asked) => {
    const made = call.directions.map((direction) => {
      return cellLayer(c, node, call, direction, { returnSequences, returnState, goBackwards: direction.reverse });
    });
    const [forward, backward] = made.map(({ layer }) => layer as Recurrent);
    const layer = backward ? layers.bidirectional({ layer: forward!, backwardLayer: backward }) : forward!;
    return c.apply(layer, [x.tensor, ...initial], made.flatMap(({ weights }) => weights)); // prettier-ignore
  };
  const steps = x.tensor.shape[1]!;
  setOutputs(c, node, { two, batchFirst, steps }, make);
}

type Recurrent = Parameters<typeof layers.bidirectional>[0]["layer"];

/** In the first pass everything is asked for, since it is not known yet what is used. */
const ALL: ReadonlySet<Need> = new Set<Need>(["sequence", "last", "cell"]);
const LAST: ReadonlySet<Need> = new Set<Need>(["last"]);

interface Asked {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
}

interface Form {
  readonly two: boolean;
  readonly batchFirst: boolean;
  readonly steps: number | null;
}

function setOutputs(c: Conversion, node: GraphNode, form: Form, make: (asked: Asked) => SymbolicTensor[]): void {
  const { two, batchFirst, steps } = form;
  const [Y, Y_h, Y_c] = node.outputs;
  const needs = c.needs === null ? ALL : (c.needs.get(node) ?? LAST);
  const both = needs.has("sequence") && needs.has("last");
  const returnState = !two && (both || needs.has("cell"));
  const [y, ...states] = make({ returnSequences: needs.has("sequence"), returnState });
  if (needs.has("sequence")) c.sequences.set(y!, node);
  const last = (): SymbolicTensor => {
    c.note(node, "last");
    if (!two || !both) return returnState ? states[0]! : y!;
    if (c.needs !== null)
      c.refuse(node, "gives its last steps beside its sequence in both directions, which layers have apart");
    return make({ returnSequences: false, returnState: false })[0]!;
  };
  const [dir, one]: Axis[] = [two ? "direction" : "one", 1];
  if (c.isUsed(Y)) {
    const axes: Axis[] = batchFirst ? [0, 1, dir!, 2] : [1, dir!, 0, 2];
    const final = { steps, make: (): Traced => ({ kind: "layer", tensor: last(), axes: [0, 1] }) };
    c.known.set(Y!, { kind: "layer", tensor: y!, axes, ...(two ? {} : { last: final }) });
  }
  const stateAxes: Axis[] = batchFirst ? [0, dir!, one!] : [dir!, 0, one!];
  if (c.isUsed(Y_h)) c.known.set(Y_h!, { kind: "layer", tensor: last(), axes: stateAxes });
  if (!c.isUsed(Y_c)) return;
  if (two) c.refuse(node, "gives the cells of both directions, which layers have apart");
  c.note(node, "cell");
  c.known.set(Y_c!, { kind: "layer", tensor: states[1]!, axes: stateAxes });
}

/** The node's weights, with a stand-in for its input and without states, which are symbols here. */
function readWeights(c: Conversion, node: GraphNode, x: Traced): { call: RecurrentNode; batchFirst: boolean } {
  const D = sizesOf(x).at(-1);
  if (x.axes.length !== 3 || typeof D !== "number") c.refuse(node, "the axes of its input are not those of a sequence");
  const optional = (at: number) => (node.inputs[at] ? c.weight(node, at) : null);
  const inputs = [
    zeros("float32", [1, 1, D as number]),
    c.weight(node, 1),
    c.weight(node, 2),
    optional(3),
    null,
    null,
    null,
    optional(7),
  ];
  const context = { attributes: node.attributes, opset: c.opset, outputs: node.outputs.length, evaluate: () => [] };
  const call = readRecurrentNode(CELLS[node.op]!, inputs, context);
  return { call, batchFirst: call.batchFirst };
}

function initialStates(c: Conversion, node: GraphNode, two: boolean): SymbolicTensor[] {
  const places = node.op === "LSTM" ? [5, 6] : [5];
  const states = places.map((at) => c.get(node.inputs[at]));
  const absent = states.every((state) => {
    return (
      state === null || state.kind === "zeros" || (state.kind === "constant" && state.value.data.every((v) => v === 0))
    );
  });
  if (absent) return [];
  return states.map((state) => {
    const fits = state?.kind === "layer" && !two && String(withoutOnes(state.axes)) === "0,1";
    return fits ? state.tensor : c.refuse(node, "its initial states are no inputs of the model");
  });
}

function cellLayer(
  c: Conversion,
  node: GraphNode,
  call: RecurrentNode,
  direction: DirectionCall,
  common: { returnSequences: boolean; returnState: boolean; goBackwards: boolean },
): { layer: Layer; weights: LayerWeight[] } {
  const why = notFused(call, direction);
  if (why !== null) c.refuse(node, `no layer has ${why}`);
  const weights = cellWeights(call, direction);
  const [f, g] = direction.activations.map(({ fused }) => fused!);
  const options = { units: call.H, useBias: weights.bias !== null, ...common };
  const gated = { ...options, activation: g ?? f!, recurrentActivation: f! };
  const layer = {
    gru: () => layers.gru({ ...gated, resetAfter: call.linearBeforeReset }),
    lstm: () => layers.lstm(gated),
    simpleRnn: () => layers.simpleRnn({ ...options, activation: f! }),
  }[call.cell]();
  return { layer, weights: toLayerWeights(weights) as LayerWeight[] };
}
