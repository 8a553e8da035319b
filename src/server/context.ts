/** What every route works with. */
import type { Context, Hono } from "hono";
import type { Limits } from "./limits.js";
import type { Log } from "./log.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import type { Registry } from "./registry.js";
import type { Stopping } from "./stopping.js";

/** What stands between a request and every route. */
export interface Guards {
  readonly token: boolean;
  readonly hosts: boolean;
  readonly rate: boolean;
}

/** One for each app; made by `createApp`. */
export interface ServerContext {
  readonly models: Registry;
  readonly limits: Limits;
  readonly metrics: ServerMetrics;
  readonly log: Log;
  /** Where the app is mounted: "" or "/ml". */
  readonly basePath: string;
  readonly guards: Guards;
  /** Aborted when the server is asked to shut down: streams and sockets end, new work is refused with 503. */
  readonly stopping: Stopping;
  /** Whether a bearer token is the right one; true where none is asked for. Compared in constant time. */
  readonly allows: (authorization: string | null | undefined) => Promise<boolean>;
  /** Whether a request is for this server, by its header Host. @throws Problem 421 where it names another */
  readonly checkHost: (host: string | null | undefined) => void;
  /**
   * Takes one from a client's allowance of requests. @param client as `clientOf` tells
   * @throws Problem 429 when it is used up
   */
  readonly spend: (client: string) => void;
}

/** Hono's environment of all routes. */
export interface AppEnv {
  Variables: {
    /** Of this request; it stands in the logs, the header x-request-id and in problem documents. */
    requestId: string;
    /** Whom limits are counted for: an address, or "" where it is not known. */
    client: string;
  };
}

export type App = Hono<AppEnv>;
export type AppContext = Context<AppEnv>;

/** A set of routes that `createApp` adds, such as sessions. */
export interface Extension {
  /** Adds the routes. Middleware (request id, authentication, rate, problems, logs, metrics) runs before them. */
  mount(app: App, context: ServerContext): void;
  /**
   * Paths of the OpenAPI description (OpenAPI 3.1 path items by path) for the models as they are now, and schemas that they refer to by
   * `#/components/schemas/…`. `openapi/responses.ts` makes the responses of problems, `openapi/field-schemas.ts` the schemas of fields.
   */
  describe?(context: ServerContext): {
    readonly paths: Readonly<Record<string, object>>;
    readonly schemas?: Readonly<Record<string, object>>;
  };
  /** Frees what it holds; called once, when the server has stopped. */
  close?(): void | Promise<void>;
}
