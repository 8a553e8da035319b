import type { Graph } from "sluice";
import { checkOptions } from "../../../util/checks.js";
import { check } from "../../../util/errors.js";
import type { ElementType } from "../build.js";
import { Emitter, type Dimensions } from "./emitter.js";
import { convertGraph } from "./graph-layers.js";
import { modelFile } from "./model-file.js";
import { States } from "./states.js";
import type { Export } from "./use.js";
import { Value, transposed, type Masked } from "./value.js";

export interface ToOnnxOptions {
  /**
   * A promise that masked steps stand at the end of each sequence (right padding). Masks that recurrent layers see are then told by
   * a further input, "sequence_lens", int32 [batch], and no longer by the data. A second layer that makes a mask of other values has
   * an input of its own, "sequence_lens_" and the layer's name. Default false: a masked recurrent layer is refused.
   */
  sequenceLengths?: boolean;
}

/** The first operator set with LayerNormalization, and the version of the format that goes with it. */
const OPSET = 17;
const IR_VERSION = 8;
/** As in package.json, which a page cannot read. */
export const PRODUCER = { name: "sluice", version: "0.1.0" };

/**
 * The model as an ONNX file of opset 17, for ONNX Runtime and whatever else reads ONNX. Inputs have the names of the input layers,
 * outputs those of the layers that they come from; batch and time axes may vary. Each recurrent layer is one GRU, LSTM or RNN node,
 * a bidirectional one too where its directions agree. Weights are float32.
 *
 * The states of a stateful layer "gru" are the inputs "gru_h" (and "gru_c" of an LSTM; "bi_forward_h", "bi_backward_h" of a
 * bidirectional one), float32 [batch, units], at first zeros, and the outputs "gru_h_out", …, which go in again with the next batch.
 * The file's metadata entry "sluice" holds, as JSON, the model's attachments and the list of these states.
 * @throws SluiceError naming the layer that ONNX has no form for
 */
export function toOnnx(model: Graph, options: ToOnnxOptions = {}): Uint8Array {
  checkOptions("toOnnx", options, ["sequenceLengths"]);
  check(model.outputs.length > 0, () => `toOnnx: ${model.label} has no layers`);
  const emitter = new Emitter();
  const states = new States(emitter);
  const shared = { emitter, states, lengthsFor: options.sequenceLengths ? lengthsInputs(emitter) : null };
  const inputs = graphInputs(emitter, model);
  const results = convertGraph(shared, model, inputs, "");
  for (const [i, { value }] of results.entries()) {
    const { node, index } = model.outputs[i]!;
    const name = index === 0 ? node.layer.name : `${node.layer.name}_${index}`;
    emitter.output(value.in("batch"), name, value.type, value.shape);
  }
  return file(model, shared);
}

function file(model: Graph, { emitter, states }: Export): Uint8Array {
  const carried = states.finish();
  const { graph, weights } = emitter.finish(model.name || "model");
  const content = { attachments: model.attachments, states: carried };
  const proto = {
    ir_version: IR_VERSION,
    producer_name: PRODUCER.name,
    producer_version: PRODUCER.version,
    opset_import: [{ domain: "", version: OPSET }],
    metadata_props: [{ key: "sluice", value: JSON.stringify(content) }],
  };
  return modelFile(`toOnnx: ${model.label}`, proto, graph, weights);
}

function graphInputs(emitter: Emitter, model: Graph): Masked[] {
  const varying = model.inputs.filter(({ shape }) => shape[1] === null).length;
  return model.inputs.map(({ shape, dtype, node: { layer } }) => {
    const type: ElementType = dtype === "int32" ? "int32" : "float32";
    // Two inputs need not be equally long.
    const time = varying > 1 ? `${layer.name}_time` : "time";
    const dimensions: Dimensions = shape.map(
      (n, i) => n ?? (i === 0 ? "batch" : i === 1 ? time : `${layer.name}_${i}`),
    );
    const name = emitter.input(layer.name, type, dimensions);
    const value = new Value(emitter, layer.name, type, dimensions, "batch", (layout) => {
      return layout === "batch" ? name : transposed(emitter, layer.name, name, dimensions.length);
    });
    return { value, mask: null };
  });
}

/** Layers that mask the same value have one input for it. */
function lengthsInputs(emitter: Emitter): (source: Value, path: string) => string {
  const known = new Map<Value, string>();
  return (source, path) => {
    const first = known.size === 0 ? "sequence_lens" : `sequence_lens_${path}`;
    const name = known.get(source) ?? emitter.input(first, "int32", ["batch"], true);
    known.set(source, name);
    return name;
  };
}
