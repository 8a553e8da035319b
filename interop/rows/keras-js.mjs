/** Single layers with the outputs of Keras 2.0, put into files as Keras 2 wrote them and read as any other file. */
import { tensor } from "sluice";
import { fromKeras } from "sluice/interop";
import { largestDifference, readJson } from "../data.mjs";
import { writeKeras2 } from "../keras2-file.mjs";

const FOLDER = "pretrained/keras-js-fixtures";
const KINDS = ["GRU", "LSTM", "SimpleRNN", "Bidirectional", "Embedding", "TimeDistributed"];

/** @typedef {{ data: number[], shape: number[] }} Stored */
/** @typedef {{ input: Stored, weights: Stored[], expected: Stored }} Case */

/** @returns {AsyncGenerator<import("../data.mjs").Row>} */
export async function* kerasJsRows() {
  const attributes = readJson(`${FOLDER}/attrs.json`);
  for (const kind of KINDS) {
    const cases = /** @type {[string, Case][]} */ (Object.entries(readJson(`${FOLDER}/${kind}.json`)));
    for (const [i, [name, one]] of cases.entries()) {
      const row = { file: `${FOLDER}: ${name.replace(/^\w+\./, "")}`, against: "Keras 2.0" };
      const config = configOf(kind, attributes[kind]?.[i]?.attrs, one);
      if (config === null) yield { ...row, leftOut: "Conv2D within TimeDistributed: Sluice has no layer for pictures" };
      else yield { ...row, value: await differenceOf(kind, config, one) };
    }
  }
}

/** What the cases do not tell follows from the shapes. @param {string} kind @param {any} attrs @param {Case} one @returns {any} */
function configOf(kind, attrs, { weights }) {
  const [first] = weights;
  if (kind === "Embedding") return { input_dim: first.shape[0], output_dim: first.shape[1], mask_zero: false };
  if (kind !== "TimeDistributed") return attrs;
  if (first.shape.length !== 2) return null;
  return { layer: { class_name: "Dense", config: { name: "dense", units: first.shape[1], activation: "linear" } } };
}

/** @param {string} kind @param {any} config @param {Case} one */
async function differenceOf(kind, config, { input, weights, expected }) {
  const model = await fromKeras(await writeKeras2(kind, config, [1, ...input.shape], weights));
  const indices = kind === "Embedding";
  const x = tensor((indices ? Int32Array : Float32Array).from(input.data), [1, ...input.shape]);
  // What a stateful layer gives is the second of two calls.
  if (config.stateful) await model.predict(x);
  return largestDifference((await model.predict(x)).data, expected.data);
}
