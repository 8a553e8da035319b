/** What happens around every request: its id, limits, headers that guard browsers, the log's line and the metrics. */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppContext, AppEnv, ServerContext } from "../context.js";
import { Problem } from "../problem.js";

/** Those that anyone may ask: they tell nothing. */
const OPEN = ["/healthz", "/readyz"];

/** An id that a proxy gave, where it is harmless in a log; else a new one. */
const ID = /^[\w.:-]{1,64}$/;

export function around(context: ServerContext, clientOf: (c: AppContext) => string): MiddlewareHandler<AppEnv> {
  const { metrics, log } = context;
  return async (c, next) => {
    const begun = performance.now();
    const given = c.req.header("x-request-id");
    const requestId = given !== undefined && ID.test(given) ? given : crypto.randomUUID();
    c.set("requestId", requestId);
    c.set("client", clientOf(c));
    metrics.underWay.add(1);
    await next();
    metrics.underWay.add(-1);
    const { status } = c.res;
    const seconds = (performance.now() - begun) / 1000;
    const route = routeOf(c);
    metrics.requests.add({ route, method: methodOf(c.req.method), status: String(status) });
    metrics.seconds.observe(seconds, { route });
    const level = status >= 500 ? "error" : status >= 400 ? "warn" : "info";
    log(level, "request", {
      requestId,
      method: c.req.method,
      // Who knows the id of a session can go on with it.
      path: route.includes("/:id") ? route : c.req.path.slice(0, 200),
      status,
      ms: Math.round(seconds * 1e6) / 1000,
      client: c.get("client"),
    });
  };
}

/** Refuses before any work is done: who may not ask, who asks too often. */
export function gate(context: ServerContext): MiddlewareHandler<AppEnv> {
  const open = OPEN.map((path) => context.basePath + path);
  return async (c, next) => {
    if (!open.includes(c.req.path)) {
      context.checkHost(c.req.header("host") ?? new URL(c.req.url).host);
      context.spend(c.get("client"));
      const authorization = c.req.header("authorization");
      if (!(await context.allows(authorization))) {
        if (authorization === undefined)
          throw new Problem("unauthorized", "Send the header Authorization: Bearer <token>.");
        throw new Problem("forbidden", "The token in the header Authorization is not the right one.");
      }
    }
    await next();
  };
}

/** The pattern that the request matched, so that there are as many series as routes. */
function routeOf(c: AppContext): string {
  const pattern = routePath(c, -1);
  return pattern === "" || pattern.endsWith("*") ? "other" : pattern;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const methodOf = (method: string) => (METHODS.includes(method) ? method : "other");
