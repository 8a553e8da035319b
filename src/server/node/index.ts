/** `sluice/server/node`: models on a port of this machine. */
export { serve, type ServeOptions, type Serving } from "./serve.js";
export type { ModelPath } from "./model-file.js";
export { webSockets, type WebSocketOptions, type WebSockets } from "./websocket.js";
