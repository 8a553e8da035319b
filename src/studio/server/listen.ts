/** The studio over HTTP/1.1 on this machine. */
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Hono } from "hono";
import { SluiceError } from "../../util/errors.js";

/** A header that takes longer, or is larger, is no browser's. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
const HEADER_BYTES = 16 * 1024;
/** A browser has six, a person a few tabs. */
const MOST_CONNECTIONS = 256;

export interface Listening {
  readonly port: number;
  /** Ends open streams too. */
  close(): Promise<void>;
}

/** @throws SluiceError where the port is taken, or the host is none of this machine */
export async function listen(app: Hono, host: string, port: number): Promise<Listening> {
  const serverOptions = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, maxHeaderSize: HEADER_BYTES };
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions, overrideGlobalObjects: false }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((listening, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) => fail(asOurs(error, host, port)));
    server.listen({ host, port, exclusive: true }, listening);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function asOurs(error: NodeJS.ErrnoException, host: string, port: number): SluiceError {
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken; choose another, or 0 for any that is free`,
    EACCES: `port ${port} is not allowed to this user; choose one above 1023`,
    EADDRNOTAVAIL: `${host} is no address of this machine`,
    ENOTFOUND: `${host} is no address of this machine`,
  };
  return new SluiceError(`studio: ${reasons[error.code ?? ""] ?? error.message}`, { cause: error });
}
