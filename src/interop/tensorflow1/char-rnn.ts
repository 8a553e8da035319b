import { readFile } from "#files";
import { layers, sequential, tensor, type Layer, type Model, type Tensor } from "sluice";
import { parseJson } from "../../format/json.js";
import { sizeOf } from "../../tensor/shape.js";
import { check, show } from "../../util/errors.js";
import { matrix, reorderGates } from "../gates.js";
import { Fields, shapeOf } from "../keras/fields.js";
import { LIMITS } from "../limits.js";

/** The folder (Node) or its URL, or the files by their names. */
export type CharRnnSource = string | URL | ReadonlyMap<string, Uint8Array>;

interface Weight {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/**
 * A charRNN as ml5.js loads it: manifest.json, vocab.json and a file of raw float32 for each variable of a TensorFlow 1 graph, an
 * embedding, BasicLSTMCells one upon the other, and a softmax. The model takes indices of characters [B, T] and gives the
 * probabilities of the next one [B, T, V]; the vocabulary, { character: index }, is in `model.attachments.vocabulary`.
 *
 * A BasicLSTMCell has one kernel over [x ‖ h], its gates in the order i, g, f, o, and adds 1 to the forget gate when it runs
 * (tensorflow/python/ops/rnn_cell_impl.py, v1.4); here the 1 is part of the bias.
 * @throws SluiceError for files that are missing or do not fit together
 */
export async function fromCharRnn(source: CharRnnSource): Promise<Model> {
  const { where, file } = filesOf(source);
  const json = async (name: string) => parseJson(new TextDecoder().decode(await file(name)), `${where}: ${name}`);
  const manifest = new Fields(await json("manifest.json"), `${where}: manifest.json`);
  const weight = async (name: string): Promise<Weight> => {
    const entry = manifest.object(name);
    const shape = shapeOf(entry.get("shape"), entry.where).map((n) => n ?? entry.fail("a size is missing"));
    check(sizeOf(shape) <= LIMITS.elements, () => `${entry.where}: ${sizeOf(shape)} elements`);
    const fileName = entry.text("filename");
    check(
      /^[\w.-]+$/.test(fileName) && !fileName.includes(".."),
      () => `${entry.where}: a file ${show(fileName)} outside of the folder`,
    );
    const bytes = await file(fileName);
    check(
      bytes.length === 4 * sizeOf(shape),
      () => `${entry.where}: [${shape.join(", ")}] needs ${4 * sizeOf(shape)} bytes, ${fileName} has ${bytes.length}`,
    );
    return { data: new Float32Array(bytes.slice().buffer), shape };
  };
  const model = await build(where, manifest.keys, weight);
  model.attachments = { vocabulary: new Fields(await json("vocab.json"), `${where}: vocab.json`).value };
  return model;
}

async function build(
  where: string,
  names: readonly string[],
  weight: (name: string) => Promise<Weight>,
): Promise<Model> {
  const cells = names.filter((name) => name.endsWith("basic_lstm_cell/weights")).sort();
  check(
    cells.length > 0 && cells.length < 10,
    () => `${where}: expected variables …/cell_0/basic_lstm_cell/weights and so on, got ${names.join(", ")}`,
  );
  const embedding = await weight("embedding");
  const [V, D] = pair(where, "embedding", embedding);
  const weights: Tensor[] = [tensor(embedding.data, [V, D])];
  const chain: Layer[] = [layers.embedding({ inputDim: V, outputDim: D, inputShape: [null], name: "embedding" })];
  let features = D;
  for (const [i, name] of cells.entries()) {
    const kernel = await weight(name);
    const bias = await weight(name.replace(/weights$/, "biases"));
    const [rows, columns] = pair(where, name, kernel);
    const H = rows - features;
    check(H > 0 && columns === 4 * H && sizeOf(bias.shape) === columns, () => {
      return `${where}: ${name}: a cell that takes ${features} features has a kernel [${features} + H, 4 H], got [${rows}, ${columns}]`;
    });
    const ours = (data: Float32Array, n: number) =>
      reorderGates("lstm", "tensorflow1", "sluice", matrix(data, n, columns)).data;
    const at = features * columns;
    const biases = ours(bias.data, 1).map((value, j) => (Math.floor(j / H) === 1 ? value + 1 : value));
    weights.push(tensor(ours(kernel.data.subarray(0, at), features), [features, columns]));
    weights.push(tensor(ours(kernel.data.subarray(at), H), [H, columns]), tensor(biases, [columns]));
    chain.push(layers.lstm({ units: H, returnSequences: true, name: `cell_${i}` }));
    features = H;
  }
  const [kernel, bias] = [await weight("rnnlm/softmax_w"), await weight("rnnlm/softmax_b")];
  const [rows, classes] = pair(where, "rnnlm/softmax_w", kernel);
  check(rows === features, () => `${where}: rnnlm/softmax_w takes ${rows} features, the last cell gives ${features}`);
  const model = sequential([...chain, layers.dense({ units: classes, activation: "softmax", name: "softmax" })], {
    name: "charRNN",
  });
  model.setWeights([...weights, tensor(kernel.data, [rows, classes]), tensor(bias.data, bias.shape)]);
  return model;
}

function pair(where: string, name: string, { shape }: Weight): [number, number] {
  check(shape.length === 2, () => `${where}: ${name} must be a matrix, got [${shape.join(", ")}]`);
  return [shape[0]!, shape[1]!];
}

function filesOf(source: CharRnnSource): { where: string; file: (name: string) => Promise<Uint8Array> } {
  if (source instanceof Map) {
    const files = source as ReadonlyMap<string, Uint8Array>;
    const file = (name: string) => {
      const found = files.get(name);
      check(found !== undefined, () => `fromCharRnn: there is no file ${show(name)}`);
      return Promise.resolve(found);
    };
    return { where: "fromCharRnn", file };
  }
  check(
    typeof source === "string" || source instanceof URL,
    () => `fromCharRnn: expected a folder, its URL, or a Map of files, got ${show(source)}`,
  );
  const folder = String(source).replace(/\/?$/, "/");
  return {
    where: folder,
    file: (name) => readFile(source instanceof URL ? new URL(name, folder) : `${folder}${name}`),
  };
}
