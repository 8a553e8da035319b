/** `sluice/interop`: models from Keras, PyTorch, ONNX and TensorFlow.js, and back to them. */
export { fromKeras, type FromKerasOptions } from "./keras/from-keras.js";
export { fromPyTorch, type FromPyTorchOptions } from "./pytorch/from-pytorch.js";
export { toPyTorch, type PyTorchFiles } from "./pytorch/to-pytorch.js";
export type { ModelSource } from "./model-file.js";
