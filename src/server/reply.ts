import type { AppContext } from "./context.js";

/** Answers are data: nothing in them is to be run, framed, guessed at or kept. */
export const GUARDS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** The headers of every response to this request. */
export function headersOf(c: AppContext, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const requestId = c.get("requestId");
  return { ...GUARDS, ...(requestId !== undefined && { "x-request-id": requestId }), ...more };
}

/** JSON with the headers of every response; a number that is not finite becomes null, as JSON knows no other. */
export function reply(c: AppContext, value: unknown, status: 200 | 201 = 200): Response {
  return c.body(JSON.stringify(value), status, headersOf(c, { "content-type": "application/json" }));
}
