/** Loads and runs models without any training code: what a page or a small server needs. */
export { ready, setThreads, setWasmSource } from "./default-kernels.js";

export { loadModel, type LoadOptions } from "./model/load.js";
export { Graph } from "./model/graph.js";
export { ragged, type RaggedOptions } from "./model/ragged.js";
export { stream, type Stream, type StreamOptions, type StreamState } from "./model/stream.js";
export { tensor } from "./tensor/make.js";
export { Tensor } from "./tensor/tensor.js";
export { SluiceError } from "./util/errors.js";
export { stepwise } from "./layers/recurrent/stepwise.js";
export * from "./layers/index.js";
