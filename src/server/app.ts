/** The app: requests in, responses out, on any platform that has `Request` and `Response`. */
import { Hono } from "hono";
import { cors } from "hono/cors";
import { checkOptions } from "../util/checks.js";
import { check, show } from "../util/errors.js";
import { problemOf } from "./problem-of.js";
import type { App, AppContext, AppEnv, ServerContext } from "./context.js";
import { generateRoutes } from "./generate/routes.js";
import { limitsOf } from "./limits.js";
import { silent } from "./log.js";
import { EXPOSITION_TYPE } from "./metrics/metric.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { around, gate } from "./middleware/around.js";
import { hostCheck } from "./middleware/hosts.js";
import { rateLimit } from "./middleware/rate.js";
import { bearer } from "./middleware/token.js";
import { modelRoutes } from "./models/routes.js";
import { descriptionRoutes } from "./openapi/routes.js";
import type { AppOptions } from "./options.js";
import { predictRoutes } from "./predict/routes.js";
import { Problem, problemResponse } from "./problem.js";
import { Registry } from "./registry.js";
import { headersOf, reply } from "./reply.js";
import { only } from "./routes.js";
import { StopSwitch } from "./stopping.js";

export interface ServerApp {
  /** `Request → Response`: what Deno.serve, Bun.serve, an edge worker's `fetch` and @hono/node-server take. */
  readonly fetch: (request: Request, env?: unknown) => Response | Promise<Response>;
  /** For `route()` and `mount()` of another Hono app. */
  readonly hono: App;
  readonly context: ServerContext;
  /** From now on /readyz says 503, new work is refused, and streams come to an end; what is under way is finished. */
  stop(): void;
  /** Frees what the extensions hold. */
  close(): Promise<void>;
}

const WHERE = "createApp";
const OPTIONS = [
  "models",
  "limits",
  "token",
  "cors",
  "log",
  "basePath",
  "clientOf",
  "hosts",
  "extensions",
  "metrics",
  "now",
];

/** @throws SluiceError for options that are unknown or do not fit */
export function createApp(options: AppOptions): ServerApp {
  checkOptions(WHERE, options, OPTIONS);
  const { token, extensions = [], basePath = "", clientOf = () => "" } = options;
  check(
    token === undefined || /^\S{8,}$/.test(token),
    () => `${WHERE}: token must have 8 characters or more, none of them blank`,
  );
  check(
    /^(\/[\w.~-]+)*$/.test(basePath),
    () => `${WHERE}: basePath must be "" or begin with "/", got ${show(basePath)}`,
  );
  const stopping = new StopSwitch();
  const limits = limitsOf(`${WHERE}: limits`, options.limits);
  const context: ServerContext = {
    models: new Registry(options.models),
    limits,
    metrics: options.metrics ?? new ServerMetrics(),
    log: options.log ?? silent,
    basePath,
    guards: { token: token !== undefined, hosts: options.hosts !== undefined, rate: limits.rate > 0 },
    stopping,
    allows: bearer(token),
    checkHost: hostCheck(options.hosts),
    spend: rateLimit(limits.rate, options.now ?? (() => performance.now())),
  };
  const hono: App = new Hono<AppEnv>();
  const app = basePath === "" ? hono : hono.basePath(basePath);
  hono.onError((error, c) => fail(error, c, context));
  hono.notFound((c) => fail(new Problem("not-found", `There is nothing at ${show(c.req.path)}.`), c, context));
  app.use(around(context, clientOf));
  if (options.cors !== undefined) app.use(crossOrigin(options.cors));
  app.use(gate(context));
  health(app, context);
  modelRoutes(app, context);
  predictRoutes(app, context);
  generateRoutes(app, context);
  descriptionRoutes(app, context, extensions);
  for (const extension of extensions) extension.mount(app, context);
  return {
    fetch: (request, env) => hono.fetch(request, env as object),
    hono,
    context,
    stop: () => stopping.abort(),
    close: async () => {
      for (const { close } of extensions) await close?.();
    },
  };
}

function health(app: App, { metrics, stopping, models }: ServerContext): void {
  app.get("/healthz", (c) => reply(c, { status: "ok" }));
  app.get("/readyz", (c) => {
    if (stopping.aborted)
      throw new Problem("shutting-down", "The server finishes what is under way.", { retryAfter: 5 });
    return reply(c, { status: "ready", models: models.list().map(({ name }) => name) });
  });
  only(app, "/healthz", "GET");
  only(app, "/readyz", "GET");
  app.get("/metrics", (c) => c.body(metrics.text(), 200, headersOf(c, { "content-type": EXPOSITION_TYPE })));
  only(app, "/metrics", "GET");
}

/** Browsers are told which origins may ask; the token goes in a header, so no credentials of the browser's own are needed. */
const crossOrigin = (origins: "*" | readonly string[]) =>
  cors({
    origin: origins === "*" ? "*" : [...origins],
    allowMethods: ["GET", "POST", "DELETE"],
    allowHeaders: ["authorization", "content-type", "x-request-id"],
    exposeHeaders: ["x-request-id", "retry-after", "x-model", "x-model-version"],
    maxAge: 600,
  });

/** Every error as a problem document. What is not the client's fault is logged with its stack and told to nobody else. */
function fail(error: unknown, c: AppContext, { log, basePath }: ServerContext): Response {
  const requestId = c.get("requestId");
  const problem = problemOf(error);
  if (problem.kind === "internal") {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log("error", "failure", { requestId, stack });
  }
  return problemResponse(problem, basePath, headersOf(c));
}
