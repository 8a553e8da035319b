/** A server on a free port, and clients of its WebSocket. */
import { once } from "node:events";
import type { TestContext } from "node:test";
import { WebSocket, type ClientOptions } from "ws";
import type { ServedModel, ServerApp } from "../../src/server/index.js";
import { serve, type ServeOptions } from "../../src/server/node/index.js";
import type { WebSocketOptions, WebSockets } from "../../src/server/node/websocket.js";
import type { Sessions, SessionOptions } from "../../src/server/sessions/sessions.js";
import type { Json } from "./session-support.js";

export interface Running {
  readonly app: ServerApp;
  readonly sessions: Sessions;
  readonly sockets: WebSockets;
  readonly port: number;
  readonly url: string;
  readonly lines: Json[];
  close(): Promise<void>;
}

export interface RunningOptions {
  readonly serve?: Partial<ServeOptions>;
  readonly sessions?: SessionOptions;
  readonly sockets?: WebSocketOptions;
}

/** Ends with the test. */
export async function running(t: TestContext, models: readonly ServedModel[], given: RunningOptions = {}): Promise<Running> {
  const lines: Json[] = [];
  const serving = await serve({
    models,
    port: 0,
    log: (level, event, fields) => lines.push({ level, event, ...fields }),
    grace: 1,
    ...(given.sessions && { sessions: given.sessions }),
    ...(given.sockets && { sockets: given.sockets }),
    ...given.serve,
  });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= serving.close());
  t.after(close);
  return { app: serving.app, sessions: serving.sessions, sockets: serving.sockets, port: serving.port, url: serving.url, lines, close };
} // prettier-ignore

export interface Client {
  readonly ws: WebSocket;
  /** Messages as they came: JSON, or bytes. */
  readonly messages: Json[];
  send(message: object | Uint8Array): void;
  /** Waits for so many messages in all. */
  until(count: number): Promise<Json[]>;
  readonly closed: Promise<{ code: number; reason: string }>;
}

export async function connected(t: TestContext, { port }: Running, query = "", options: ClientOptions = {}, protocols: string[] = []): Promise<Client> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/v1/stream${query}`, protocols, options);
  t.after(() => ws.terminate());
  const messages: Json[] = [];
  ws.on("message", (data, isBinary) => messages.push(isBinary ? data : JSON.parse(String(data))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(ws, "open");
  ws.on("error", () => undefined);
  return {
    ws,
    messages,
    closed,
    send: (message) => ws.send(message instanceof Uint8Array ? message : JSON.stringify(message)),
    async until(count) {
      while (messages.length < count && ws.readyState === WebSocket.OPEN)
        await Promise.race([once(ws, "message"), closed]);
      return messages;
    },
  };
} // prettier-ignore

/** The status and the document with which an upgrade is refused. */
export function refused({ port }: Running, path: string, options: ClientOptions = {}, protocols: string[] = []): Promise<{ status: number; json: Json }> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, options);
  return new Promise((resolve, reject) => {
    ws.once("open", () => {
      ws.terminate();
      reject(new Error("the upgrade was not refused"));
    });
    ws.on("error", () => undefined);
    ws.once("unexpected-response", (_, response) => {
      let text = "";
      response.on("data", (part: Buffer) => (text += part.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }));
    });
  });
} // prettier-ignore
