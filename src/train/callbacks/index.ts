/** All callbacks, under the names that users write: `callbacks.earlyStopping({ patience: 5 })`. */
export { csvLogger, type CSVLoggerOptions } from "./csv-logger.js";
export { earlyStopping, type EarlyStoppingOptions } from "./early-stopping.js";
export {
  gradientNorms,
  type GradientNormRecord,
  type GradientNorms,
  type GradientNormsOptions,
} from "./gradient-norms.js";
export { learningRateScheduler } from "./learning-rate-scheduler.js";
export { modelCheckpoint, type ModelCheckpointOptions } from "./model-checkpoint.js";
export { reduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce-lr-on-plateau.js";
export { tensorBoard, type TensorBoardOptions } from "./tensor-board.js";
export { terminateOnNaN } from "./terminate-on-nan.js";
