import type { Layer, Model } from "sluice";
import { checkCount, checkOptions } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import { innerName } from "../keras/describe-layer.js";
import { checkMasks } from "../keras/mask-differences.js";
import { describeForTfjs, inTfjs } from "./describe.js";
import { columnFactors, scaleColumns } from "./hard-sigmoid.js";

export interface ToTfjsOptions {
  /** tfjs fixes it for models with stateful layers; needed for these alone. */
  batchSize?: number;
}

/** tfjs's own size of a shard. */
const SHARD = 4 * 1024 * 1024;

interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * The model as the files of a TensorFlow.js layers model, by their names: model.json and shards of at most 4 MiB, which
 * `tf.loadLayersModel` reads.
 * @throws SluiceError naming the layer that tfjs has no form for, such as a GRU with resetAfter: true
 */
export function toTfjs(model: Model, options: ToTfjsOptions = {}): Map<string, Uint8Array> {
  checkOptions("toTfjs", options, ["batchSize"]);
  const batchSize = options.batchSize === undefined ? null : checkCount("toTfjs", "batchSize", options.batchSize);
  const stateful = model.layers.find((layer) => (layer.config as { stateful?: boolean }).stateful === true);
  check(stateful === undefined || batchSize !== null, () => {
    return `toTfjs: ${stateful!.label} is stateful, for which tfjs fixes the size of the batch: give the option batchSize`;
  });
  const topology = describeForTfjs(model, batchSize);
  checkMasks("toTfjs", model, inTfjs);
  model.initialize();
  const weights = model.layers.flatMap((layer) => entriesOf(layer, layer.name));
  const shards = shardsOf(weights);
  const paths = shards.map((_, i) => `group1-shard${i + 1}of${shards.length}.bin`);
  const json = {
    format: "layers-model",
    generatedBy: "Sluice",
    convertedBy: null,
    modelTopology: { ...topology, keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" },
    weightsManifest: [{ paths, weights: weights.map(({ name, shape }) => ({ name, shape, dtype: "float32" })) }],
  };
  const files = new Map<string, Uint8Array>([["model.json", new TextEncoder().encode(JSON.stringify(json))]]);
  for (const [i, path] of paths.entries()) files.set(path, shards[i]!);
  return files;
}

/** tfjs names a weight after its layer, in Bidirectional also after the direction, and not after the cell. */
function entriesOf(layer: Layer, path: string): WeightEntry[] {
  const where = `toTfjs: ${layer.label}`;
  if (layer.className === "Bidirectional") {
    return layer.sublayers.flatMap((part, i) => {
      const prefix = ["forward_", "backward_"][i]!;
      // Both directions are named after the one layer that both were made of.
      return entriesOf(part, `${path}/${prefix}${innerName(layer.sublayers[0]!, "forward_")}`);
    });
  }
  if (layer.className === "TimeDistributed") return entriesOf(layer.sublayers[0]!, path);
  const factors = columnFactors(layer, where);
  return layer.parameters.map((p) => {
    const name = `${path}/${p.name.replace("recurrentKernel", "recurrent_kernel")}`;
    return { name, shape: p.shape, data: scaleColumns(p.read(), p.shape.at(-1)!, factors) };
  });
}

function shardsOf(weights: readonly WeightEntry[]): Uint8Array[] {
  const total = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const { data } of weights) {
    all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const count = Math.max(1, Math.ceil(total / SHARD));
  return Array.from({ length: count }, (_, i) => all.subarray(i * SHARD, (i + 1) * SHARD));
}
