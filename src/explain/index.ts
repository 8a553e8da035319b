export * from "./types.js";
export { attribute, type AttributeOptions } from "./attribute.js";
export type { Baseline, Baselines } from "./baseline.js";
export { meanHorizon, memoryHorizon, type HorizonOptions } from "./horizon.js";
export type { OutputOptions } from "./probes.js";
export { saturation, type SaturationOptions } from "./saturation.js";
export { trace, type TraceOptions } from "./trace.js";
export { Tracer, type TracerOptions, type TracerStep } from "./tracer.js";
