/** A file of one layer as Keras 2.0 saved it: model.save("model.h5"). */
import hdf5 from "h5wasm/node";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * @param {string} className @param {Record<string, any>} attributes
 * @param {number[]} shape of the input, batch included @param {{ data: number[], shape: number[] }[]} weights
 * @returns {Promise<Uint8Array>}
 */
export async function writeKeras2(className, attributes, shape, weights) {
  await hdf5.ready;
  const batch = attributes.stateful ? shape : [null, ...shape.slice(1)];
  const name = "layer";
  const config = named({ ...attributes, name, batch_input_shape: batch });
  const architecture = { class_name: "Sequential", config: [{ class_name: className, config }] };
  const folder = mkdtempSync(join(tmpdir(), "sluice-keras2-"));
  const path = join(folder, "model.h5");
  try {
    const file = new hdf5.File(path, "w");
    file.create_attribute("keras_version", "2.0.6");
    file.create_attribute("model_config", JSON.stringify(architecture));
    const root = file.create_group("model_weights");
    root.create_attribute("layer_names", [name]);
    const group = root.create_group(name);
    const names = weights.map((_, i) => `weight_${i}:0`);
    group.create_attribute("weight_names", names);
    for (const [i, { data, shape: own }] of weights.entries()) {
      group.create_dataset({ name: names[i], data: Float32Array.from(data), shape: own });
    }
    file.close();
    return new Uint8Array(readFileSync(path));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Wrapped layers have names of their own. @param {Record<string, any>} config @returns {Record<string, any>} */
function named(config) {
  const { layer } = config;
  return layer ? { ...config, layer: { ...layer, config: { name: "wrapped", ...layer.config } } } : config;
}
