export type { Preprocessor, SavedPreprocessor } from "./preprocessor.js";
export type { NestedRows, Rows } from "./rows.js";
export type { Scaler } from "./scaler.js";
export {
  meanScaler,
  minMaxScaler,
  robustScaler,
  standardScaler,
  type MinMaxOptions,
  type RobustOptions,
} from "./scalers.js";
export {
  difference,
  log1pTransform,
  logTransform,
  type Difference,
  type DifferenceOptions,
  type ElementTransform,
  type LogOptions,
} from "./transforms.js";
export { forwardFill, interpolate, missingMask, type Filler, type FillOptions, type MissingMask } from "./missing.js";
export {
  labelEncoder,
  oneHotEncoder,
  type Label,
  type LabelEncoder,
  type OneHotEncoder,
  type OneHotOptions,
} from "./encoders.js";
export { revivePreprocessor, type PreprocessorName, type PreprocessorOf } from "./revive.js";
export { calendarFeatures, type CalendarCycle } from "./calendar.js";
export type { DateLike } from "./dates.js";
export type { SeriesTable } from "./series.js";
export { kFold, stratifiedSplit, type Fold, type KFoldOptions } from "./splits.js";
export { streams } from "./streams.js";
export { timeSplit, type TimeSplitOptions } from "./time-split.js";
export {
  slidingWindows,
  type SlidingWindows,
  type WindowBatch,
  type WindowOptions,
  type WindowPlace,
} from "./windows.js";
