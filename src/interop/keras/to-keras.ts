import { zipSync } from "fflate";
import { Graph, type Layer, type Model } from "sluice";
import { checkCount, checkOptions } from "../../util/checks.js";
import { check } from "../../util/errors.js";
import { arraysOf, describeModel } from "./describe-model.js";
import { checkMasks } from "./mask-differences.js";
import { writeHdf5 } from "./write-hdf5.js";

export interface ToKerasOptions {
  /** Keras fixes it for models with stateful layers; needed for these alone. */
  batchSize?: number;
}

/** The version whose form is written. */
const VERSION = "3.12.0";
/** The earliest that zip files can say; the same model gives the same bytes. */
const MTIME = new Date(1980, 0, 1);

/**
 * The model as a `.keras` file, which Keras 3 reads with `keras.models.load_model`: layers, wiring and weights; not how it was compiled.
 * @throws SluiceError naming the layer that Keras has no form for, or that computes something else there
 */
export async function toKeras(model: Model, options: ToKerasOptions = {}): Promise<Uint8Array> {
  checkOptions("toKeras", options, ["batchSize"]);
  const batchSize = options.batchSize === undefined ? null : checkCount("toKeras", "batchSize", options.batchSize);
  const stateful = allLayers(model).find((layer) => (layer.config as { stateful?: boolean }).stateful === true);
  check(stateful === undefined || batchSize !== null, () => {
    return `toKeras: ${stateful!.label} is stateful, for which Keras fixes the size of the batch: give the option batchSize`;
  });
  checkMasks("toKeras", model);
  model.initialize();
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const entries = {
    "metadata.json": text({ keras_version: VERSION, date_saved: "1980-01-01@00:00:00" }),
    "config.json": text(describeModel(model, batchSize)),
    "model.weights.h5": await writeHdf5(arraysOf(model)),
  };
  return zipSync(entries, { level: 0, mtime: MTIME });
}

function allLayers(graph: Graph): Layer[] {
  return graph.layers.flatMap((layer) => (layer instanceof Graph ? allLayers(layer) : [layer]));
}
