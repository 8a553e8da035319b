export { CtcBeamDecoder, ctcBeamSearch, type CtcBeamOptions, type CtcText, type LabelModel } from "./beam.js";
export { CtcGreedyDecoder, ctcGreedy, type CtcPath } from "./greedy.js";
export type { CtcDecodeOptions } from "./rows.js";
