/** Server-sent events (WHATWG HTML, 9.2). */
export const EVENTS_TYPE = "text/event-stream";
