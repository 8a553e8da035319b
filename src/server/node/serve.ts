/** The app on a port of this machine. */
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp, type ServerApp } from "../app.js";
import type { AppContext } from "../context.js";
import { limitsOf } from "../limits.js";
import { ServerMetrics } from "../metrics/server-metrics.js";
import type { AppOptions } from "../options.js";
import type { ServedModel } from "../served-model.js";
import { sessions, type SessionOptions } from "../sessions/index.js";
import type { Sessions } from "../sessions/sessions.js";
import { answerClientErrors } from "./client-error.js";
import { isLoopback, LOOPBACK } from "./hosts.js";
import { modelFile, openFile, type ModelPath } from "./model-file.js";
import { watchFiles, type Watch } from "./reload.js";
import { webSockets, type WebSocketOptions, type WebSockets } from "./websocket.js";

export interface ServeOptions extends Omit<AppOptions, "clientOf" | "hosts" | "models" | "metrics"> {
  /** Files and run folders, which are read anew when they change; or models at hand. The first is the default. */
  readonly models: readonly (ModelPath | ServedModel)[];
  /** Where runs are kept that are given by name. Default "runs". */
  readonly runs?: string;
  /** Milliseconds between two looks at the files; 0: they are not looked at again. Default 500. */
  readonly reload?: number;
  /** 0 for any that is free. Default 8080. */
  readonly port?: number;
  /** Default "127.0.0.1": only this machine. */
  readonly host?: string;
  /** Names by which clients may call this machine, beside its own, where it asks for no token. */
  readonly allowedHosts?: readonly string[];
  /** Seconds for the header, and for the whole of a request; a slower one is answered 408. Default 10 and 60. */
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
  /** Bytes of a request's header; beyond it 431. Default 16384. */
  readonly maxHeader?: number;
  /** Seconds that requests under way are given at shutdown. Default 10. */
  readonly grace?: number;
  /** How sessions are kept, and what state tokens are signed with. */
  readonly sessions?: SessionOptions;
  /** WebSockets at /v1/stream. Default: as the defaults of WebSocketOptions say, and for pages of the origins in `cors`. */
  readonly sockets?: WebSocketOptions;
  /** Called with Node's server before it listens, to take upgrades for example. */
  readonly onServer?: (server: Server, app: ServerApp) => void;
}

export interface Serving {
  readonly app: ServerApp;
  readonly server: Server;
  /** Such as "http://127.0.0.1:8080". */
  readonly url: string;
  readonly port: number;
  /** Null where no file is watched. */
  readonly watch: Watch | null;
  readonly sessions: Sessions;
  readonly sockets: WebSockets;
  /** Refuses new work, finishes what is under way, and ends after `grace` seconds at the latest. */
  close(): Promise<void>;
}

/**
 * Reads the models and listens.
 * @throws SluiceError when a model cannot be read; the system's error where the port is taken
 */
export async function serve(options: ServeOptions): Promise<Serving> {
  const {
    port = 8080,
    host = "127.0.0.1",
    allowedHosts = [],
    headersTimeout = 10,
    requestTimeout = 60,
    maxHeader = 16 * 1024,
    grace = 10,
    reload = 500,
    runs,
    onServer,
    sessions: sessionOptions,
    sockets,
    models: given,
    ...rest
  } = options;
  const metrics = new ServerMetrics();
  const limits = limitsOf("serve: limits", rest.limits);
  const files = given.map((model) => ("path" in model ? modelFile(model, runs) : null));
  const models: ServedModel[] = [];
  for (const [i, model] of given.entries())
    models.push("path" in model ? await openFile(files[i]!, limits, metrics) : model);
  // With a token nobody is answered who merely came along.
  const guarded = isLoopback(host) && rest.token === undefined;
  const extension = sessions(sessionOptions);
  const app = createApp({
    ...rest,
    extensions: [extension, ...(rest.extensions ?? [])],
    models,
    metrics,
    clientOf,
    ...(guarded && { hosts: [...LOOPBACK, host, ...allowedHosts] }),
  });
  const watched = files.filter((file) => file !== null);
  const watch = reload > 0 && watched.length > 0 ? await watchFiles(watched, app.context, reload) : null;
  const server = createServer(
    {
      headersTimeout: headersTimeout * 1000,
      requestTimeout: requestTimeout * 1000,
      maxHeaderSize: maxHeader,
      connectionsCheckingInterval: Math.min(1000, headersTimeout * 500),
      noDelay: true,
    },
    getRequestListener((request, env) => app.fetch(request, env)),
  );
  // A connection on which nothing moves for so long, such as one whose client does not read its answer, is given up.
  server.setTimeout(2 * requestTimeout * 1000);
  answerClientErrors(server, app.context);
  const connections = webSockets(server, extension, {
    ...(rest.cors !== undefined && { origins: rest.cors }),
    ...sockets,
  });
  onServer?.(server, app);
  try {
    await listen(server, port, host);
  } catch (error) {
    watch?.stop();
    await app.close();
    throw error;
  }
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    app,
    server,
    url: `http://${shown}:${address.port}`,
    port: address.port,
    watch,
    sessions: extension.sessions,
    sockets: connections,
    close: async () => {
      watch?.stop();
      await shutDown(server, app, grace);
    },
  };
}

const clientOf = (c: AppContext) =>
  (c.env as unknown as HttpBindings | undefined)?.incoming?.socket.remoteAddress ?? "";

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function shutDown(server: Server, app: ServerApp, grace: number): Promise<void> {
  app.stop();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection that is kept alive is idle only when its answer has gone out.
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), grace * 1000);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
  await app.close();
}
