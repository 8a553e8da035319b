/** Networks that were trained with Keras 2 and 3; their outputs were computed by ONNX Runtime from graphs built by hand. */
import { tensor } from "sluice";
import { openAnyModel } from "sluice/interop";
import { largestDifference, pathOf, readJson } from "../data.mjs";

const FILES = [
  ["traffic-keras-h5/gru.h5", "traffic-keras-h5/gru.expected.json"],
  ["traffic-keras-h5/lstm.h5", "traffic-keras-h5/lstm.expected.json"],
  ["qqq-keras3/lstm_model.keras", "qqq-keras3/lstm_model.expected.json"],
];

/** @returns {AsyncGenerator<import("../data.mjs").Row>} */
export async function* kerasRows() {
  for (const [file, expected] of FILES) {
    const { inputs, outputs } = readJson(`pretrained/${expected}`);
    const { model } = await openAnyModel(pathOf(`pretrained/${file}`));
    const result = await model.predict(tensor(Float32Array.from(inputs[0].data), inputs[0].dims));
    yield {
      file: `pretrained/${file}`,
      against: "ONNX Runtime",
      value: largestDifference(result.data, outputs[0].data),
    };
  }
}
