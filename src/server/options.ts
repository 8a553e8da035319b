import type { AppContext, Extension } from "./context.js";
import type { Limits } from "./limits.js";
import type { Log } from "./log.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";
import type { ServedModel } from "./served-model.js";

export interface AppOptions {
  /** Models as `openServed` made them; the first is the one that requests get which name none. */
  readonly models: readonly ServedModel[];
  readonly limits?: Partial<Limits>;
  /** The bearer token that every request but /healthz and /readyz must carry. Default: none is asked for. */
  readonly token?: string;
  /** Origins whose pages may ask, or "*" for all. Default: none, so browsers refuse. */
  readonly cors?: "*" | readonly string[];
  /** Default: nothing is logged. `jsonLog(line => …)` makes one of JSON lines. */
  readonly log?: Log;
  /** Where the app is mounted in another server, such as "/ml". Default "". */
  readonly basePath?: string;
  /** Whom the limit of the rate counts for. Default: all clients together, as an app that is mounted elsewhere does not know addresses. */
  readonly clientOf?: (c: AppContext) => string;
  /** The names that requests may call the server by, in the header Host, without port. Default: any. */
  readonly hosts?: readonly string[];
  /** Further routes. */
  readonly extensions?: readonly Extension[];
  /** What the models' batchers count in, where it is not to be one of its own: the same object that `openServed` was given. */
  readonly metrics?: ServerMetrics;
  /** The clock of limits, in milliseconds; for tests. Default `performance.now`. */
  readonly now?: () => number;
}
