/**
 * Silero's voice-activity net: its ONNX file computed here, and its PyTorch weights in a network of Sluice's layers, both against
 * ONNX Runtime. 20 frames of noise, the state carried from one to the next. The two files hold weights of two trainings: for the
 * second row those of the ONNX file are overwritten by PyTorch's, byte for byte, and the graph stays.
 */
import * as ort from "onnxruntime-web";
import { ops, Random, tensor } from "sluice";
import { fromPyTorch, openAnyModel } from "sluice/interop";
import { largestDifference, pathOf, readBytes } from "../data.mjs";
import { readSafetensors, writeSafetensors } from "../safetensors.mjs";

const FOLDER = "pretrained/silero-vad";
const FRAMES = 20;
/** A frame of 512 samples at 16 kHz, and 64 of the one before. */
const SAMPLES = 576;
const STATE = 2 * 128;

/** @returns {AsyncGenerator<import("../data.mjs").Row>} */
export async function* sileroRows() {
  const onnx = `${FOLDER}/silero_vad_16k_op15.onnx`;
  const random = new Random(1);
  const audio = Float32Array.from({ length: FRAMES * SAMPLES }, () => random.uniform() - 0.5);
  const frames = Array.from({ length: FRAMES }, (_, i) => audio.subarray(i * SAMPLES, (i + 1) * SAMPLES));
  const expected = await runtime(readBytes(onnx), frames);
  yield { file: onnx, against: "ONNX Runtime", value: largestDifference(await ours(onnx, frames), expected) };
  const file = `${FOLDER}/silero_vad_16k.safetensors`;
  const weights = readSafetensors(readBytes(file));
  const retrained = await runtime(await withWeights(onnx, weights), frames);
  const value = largestDifference(await layered(weights, audio), retrained);
  yield { file, against: "ONNX Runtime, these weights in its graph", value };
}

/** Names of the ONNX file by those of PyTorch's. @param {string} name */
const nameInOnnx = (name) =>
  name
    .replace(/^stft_conv.weight$/, "model.stft.forward_basis_buffer")
    .replace(/^conv(\d)/, (_, i) => `model.encoder.${i - 1}.reparam_conv`)
    .replace(/^lstm_cell/, "model.decoder.rnn")
    .replace(/^final_conv/, "model.decoder.decoder.2");

/** @param {string} file @param {Map<string, import("../safetensors.mjs").Stored>} weights */
async function withWeights(file, weights) {
  const bytes = Buffer.from(readBytes(file));
  const { graph } = /** @type {any} */ ((await openAnyModel(pathOf(file))).model);
  for (const [name, { data }] of weights) {
    const { data: old } = graph.initializers.get(nameInOnnx(name));
    const at = bytes.indexOf(Buffer.from(old.buffer, old.byteOffset, old.byteLength));
    if (at < 0 || old.length !== data.length) throw new Error(`${file}: ${name} has no place in it`);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  }
  return new Uint8Array(bytes);
}

/** @param {Uint8Array} bytes @param {Float32Array[]} frames */
async function runtime(bytes, frames) {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create(bytes);
  let state = new ort.Tensor("float32", new Float32Array(STATE), [2, 1, 128]);
  const sr = new ort.Tensor("int64", BigInt64Array.of(16000n), []);
  const results = [];
  for (const frame of frames) {
    const { output, stateN } = await session.run({ input: new ort.Tensor("float32", frame, [1, SAMPLES]), state, sr });
    results.push(Number(output.data[0]));
    state = /** @type {any} */ (stateN);
  }
  await session.release();
  return results;
}

/** @param {string} file @param {Float32Array[]} frames */
async function ours(file, frames) {
  const { model } = await openAnyModel(pathOf(file));
  let state = tensor(new Float32Array(STATE), [2, 1, 128]);
  const results = [];
  for (const frame of frames) {
    const { output, stateN } = await model.predict({ input: tensor(frame, [1, SAMPLES]), state, sr: tensor(16000) });
    results.push(output.data[0]);
    state = stateN;
  }
  return results;
}

/**
 * The encoder of all frames at once, then its LSTM over them.
 * @param {Map<string, import("../safetensors.mjs").Stored>} weights @param {Float32Array} audio
 */
async function layered(weights, audio) {
  const get = (/** @type {string} */ name) => /** @type {import("../safetensors.mjs").Stored} */ (weights.get(name));
  const renamed = new Map(
    ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((key) => [`lstm.${key}_l0`, get(`lstm_cell.${key}`)]),
  );
  renamed.set("final.weight", { data: get("final_conv.weight").data, shape: [1, 128] });
  renamed.set("final.bias", get("final_conv.bias"));
  const decoder = await fromPyTorch(writeSafetensors(renamed), {
    order: ["lstm", "final"],
    output: "sequence",
    activations: { lstm: "relu", final: "sigmoid" },
  });
  return (await decoder.predict(encode(audio, get))).data;
}

/** @param {Float32Array} audio @param {(name: string) => import("../safetensors.mjs").Stored} get @returns {any} [1, frames, 128] */
function encode(audio, get) {
  const frames = tensor(audio, [FRAMES, SAMPLES]);
  // Reflected on the right by 64, as torch.nn.ReflectionPad1d does.
  const tail = ops.flip(ops.slice(frames, [0, SAMPLES - 65], [FRAMES, 64]), 1);
  let h = ops.expandDims(ops.concat([frames, tail], 1), -1);
  h = convolve(h, get("stft_conv.weight"), null, 128, 0);
  const [real, imaginary] = ops.split(h, 2, -1);
  h = ops.sqrt(ops.add(ops.mul(real, real), ops.mul(imaginary, imaginary)));
  for (const [i, stride] of [1, 2, 2, 1].entries()) {
    h = ops.relu(convolve(h, get(`conv${i + 1}.weight`), get(`conv${i + 1}.bias`), stride, 1));
  }
  return ops.reshape(h, [1, FRAMES, 128]);
}

/**
 * @param {any} x [B, T, D] @param {import("../safetensors.mjs").Stored} weight PyTorch's [filters, D, size]
 * @param {import("../safetensors.mjs").Stored | null} bias @param {number} stride @param {number} padding on both sides
 */
function convolve(x, weight, bias, stride, padding) {
  const kernel = ops.transpose(tensor(weight.data, weight.shape), [2, 1, 0]);
  const padded = padding === 0 ? x : ops.pad(x, [[0, 0], [padding, padding], [0, 0]]); // prettier-ignore
  const y = ops.conv1d(padded, kernel, { stride, padding: "valid" });
  return bias === null ? y : ops.add(y, tensor(bias.data, bias.shape));
}
