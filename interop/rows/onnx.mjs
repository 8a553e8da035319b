/** The recurrent node tests of the ONNX project, with the outputs that came with them. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openAnyModel } from "sluice/interop";
import { largestDifference, pathOf, readBytes } from "../data.mjs";
import { readTensor } from "../tensor-proto.mjs";

const FOLDER = "onnx-node-tests";

/** @returns {AsyncGenerator<import("../data.mjs").Row>} */
export async function* onnxRows() {
  for (const version of ["latest", "onnx-1.12"]) {
    for (const name of readdirSync(pathOf(join(FOLDER, version))).sort()) {
      if (!name.startsWith("test_")) continue;
      const folder = join(FOLDER, version, name);
      yield { file: folder, against: "its own outputs", value: await differenceOf(folder) };
    }
  }
}

/** @param {string} folder */
async function differenceOf(folder) {
  const data = join(folder, "test_data_set_0");
  const files = readdirSync(pathOf(data)).sort();
  const read = (/** @type {string} */ kind) =>
    files.filter((file) => file.startsWith(kind)).map((file) => readTensor(readBytes(join(data, file))));
  const { model } = await openAnyModel(pathOf(join(folder, "model.onnx")));
  const inputs = read("input_");
  const results = await model.predict(Object.fromEntries(model.inputs.map(({ name }, i) => [name, inputs[i]])));
  const expected = read("output_");
  return Math.max(...model.outputs.map((name, i) => largestDifference(results[name].data, expected[i].data)));
}
