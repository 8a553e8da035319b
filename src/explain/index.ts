export * from "./types.js";
export { saturation, type SaturationOptions } from "./saturation.js";
export { trace, type TraceOptions } from "./trace.js";
export { Tracer, type TracerOptions, type TracerStep } from "./tracer.js";
