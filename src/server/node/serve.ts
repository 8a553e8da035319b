/** The app on a port of this machine. */
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp, type ServerApp } from "../app.js";
import type { AppOptions } from "../options.js";

export interface ServeOptions extends Omit<AppOptions, "clientOf"> {
  /** 0 for any that is free. Default 8080. */
  readonly port?: number;
  /** Default "127.0.0.1": only this machine. */
  readonly host?: string;
  /** Seconds for the header, and for the whole of a request; a slower one is answered 408. Default 10 and 60. */
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
  /** Bytes of a request's header; beyond it 431. Default 16384. */
  readonly maxHeader?: number;
  /** Seconds that requests under way are given at shutdown. Default 10. */
  readonly grace?: number;
  /** Called with Node's server before it listens, to take upgrades for example. */
  readonly onServer?: (server: Server, app: ServerApp) => void;
}

export interface Serving {
  readonly app: ServerApp;
  readonly server: Server;
  /** Such as "http://127.0.0.1:8080". */
  readonly url: string;
  readonly port: number;
  /** Refuses new work, finishes what is under way, and ends after `grace` seconds at the latest. */
  close(): Promise<void>;
}

/** Listens. @throws the system's error where the port is taken */
export async function serve(options: ServeOptions): Promise<Serving> {
  const {
    port = 8080,
    host = "127.0.0.1",
    headersTimeout = 10,
    requestTimeout = 60,
    maxHeader = 16 * 1024,
    grace = 10,
    onServer,
    ...appOptions
  } = options;
  const app = createApp({
    ...appOptions,
    clientOf: (c) => (c.env as unknown as HttpBindings | undefined)?.incoming?.socket.remoteAddress ?? "",
  });
  const timing = { headersTimeout: headersTimeout * 1000, requestTimeout: requestTimeout * 1000 };
  const server = createServer(
    { ...timing, maxHeaderSize: maxHeader, connectionsCheckingInterval: 1000, noDelay: true },
    getRequestListener((request, env) => app.fetch(request, env)),
  );
  onServer?.(server, app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    app,
    server,
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close: () => shutDown(server, app, grace),
  };
}

async function shutDown(server: Server, app: ServerApp, grace: number): Promise<void> {
  app.stop();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), grace * 1000);
  await closed;
  clearTimeout(deadline);
  await app.close();
}
