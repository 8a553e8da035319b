/** `sluice/server`: models behind HTTP. The app is `Request → Response` and needs no Node; `sluice/server/node` listens on a port. */
export { createApp, type ServerApp } from "./app.js";
export type { AppOptions } from "./options.js";
export { DEFAULT_LIMITS, type Limits } from "./limits.js";
export { jsonLog, LOG_LEVELS, type Log, type LogFields, type LogLevel } from "./log.js";
export { openServed, type ModelBytes, type ServedModel } from "./served-model.js";
export { Registry } from "./registry.js";
export { Problem, PROBLEMS, type ProblemDocument, type ProblemName } from "./problem.js";
export { ServerMetrics } from "./metrics/server-metrics.js";
export type { App, AppContext, AppEnv, Extension, ServerContext } from "./context.js";
export { mediaType, parseBody, readBytes, readJsonBody } from "./body.js";
export { headersOf, reply } from "./reply.js";
export { only } from "./routes.js";
export { sessions, type SessionOptions, type SessionsExtension } from "./sessions/index.js";
