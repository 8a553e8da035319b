/** `sluice/interop`: models from Keras, PyTorch, ONNX and TensorFlow.js, and back to them. */
export { fromKeras, type FromKerasOptions } from "./keras/from-keras.js";
export { fromOnnx } from "./onnx/from-onnx.js";
export type { OnnxModel } from "./onnx/onnx-model.js";
export { toOnnx, type ToOnnxOptions } from "./onnx/write/to-onnx.js";
export { toKeras, type ToKerasOptions } from "./keras/to-keras.js";
export { fromPyTorch, type FromPyTorchOptions } from "./pytorch/from-pytorch.js";
export { toPyTorch, type PyTorchFiles } from "./pytorch/to-pytorch.js";
export { fromTfjs, type TfjsSource } from "./tfjs/from-tfjs.js";
export { toTfjs, type ToTfjsOptions } from "./tfjs/to-tfjs.js";
export { fromCharRnn, type CharRnnSource } from "./tensorflow1/char-rnn.js";
export { inspectKeras, type KerasDescription } from "./keras/inspect-keras.js";
export type { ModelSource } from "./model-file.js";
export { openAnyModel, type AnyModel, type OpenedModel, type OpenOptions } from "./open.js";
export { compareModels, type Compared, type CompareOptions } from "./compare.js";
export { describeModelFile, type ModelDescription } from "./describe.js";
