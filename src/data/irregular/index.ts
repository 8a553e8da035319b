export { gruDInputs, timeSinceObserved } from "./gaps.js";
export { observations, type ObservationOptions, type Observations, type ObservedSeries } from "./observations.js";
