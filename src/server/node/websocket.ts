/** GET /v1/stream: WebSockets beside the app, on the same port. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { checkCount, checkOptions, checkRange } from "../../util/checks.js";
import type { ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import { problemOf } from "../problem-of.js";
import { Conversation, type Send, type Talk } from "../sessions/conversation.js";
import type { SessionsExtension } from "../sessions/index.js";
import { listens, SoundConversation } from "../sessions/sound-conversation.js";
import type { Sessions } from "../sessions/sessions.js";
import { CLOSE, Connection } from "./websocket-connection.js";
import { checkUpgrade, PROTOCOL, type Wanted } from "./websocket-upgrade.js";
import { writeProblem } from "./write-problem.js";

export interface WebSocketOptions {
  /** Origins whose pages may connect, beside pages that this server sent; or "*" for all. Default: none. */
  readonly origins?: "*" | readonly string[];
  /** Bytes of a message; a larger one ends the connection with 1009. Default 1 MiB. */
  readonly maxMessage?: number;
  /** Seconds between two signs of life that are asked for; a client that gives none, or reads nothing for so long, is given up. Default 30. */
  readonly heartbeat?: number;
  /** Milliseconds; for tests. Default `performance.now`. */
  readonly now?: () => number;
}

export interface WebSockets {
  /** Connections that are open. */
  readonly open: number;
  /** Looks after all connections now; for tests. */
  look(): void;
}

/** Milliseconds that a client is given to answer the end of the connection. */
const FAREWELL = 2000;

/**
 * Takes upgrades of Node's server at /v1/stream. Connections end with 1001 when the app is stopped.
 * @param extension the one that the app was made with: WebSockets count as its sessions
 * @throws SluiceError for options that do not fit
 */
export function webSockets(server: Server, extension: SessionsExtension, options: WebSocketOptions = {}): WebSockets {
  checkOptions("webSockets", options, ["origins", "maxMessage", "heartbeat", "now"]);
  const { sessions } = extension;
  const { context } = sessions;
  const { origins = [], maxMessage = 2 ** 20, heartbeat = 30, now = () => performance.now() } = options;
  const maxPayload = checkCount("webSockets", "maxMessage", maxMessage);
  const patience = checkRange("webSockets", "heartbeat", heartbeat, 0.01) * 1000;
  const connections = new Set<Connection>();
  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  upgrades.on("wsClientError", (error, socket, request) => {
    refuse(new Problem("bad-request", error.message), request, socket, context);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client may vanish at any time.
    socket.on("error", () => socket.destroy());
    void accept(request, socket, head).catch((error: unknown) => refuse(error, request, socket, context));
  });

  async function accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const wanted = await checkUpgrade(request, { context, origins });
    const outlet: { send: Send } = { send: () => undefined };
    const talk = talkOf(sessions, wanted, (answer) => outlet.send(answer));
    const release = reserve(sessions, wanted, talk);
    if (socket.destroyed) return release();
    // Whatever becomes of the connection, its socket closes.
    socket.once("close", release);
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      const client = request.socket.remoteAddress ?? "";
      const connection = begin(ws, socket, wanted, talk, client);
      outlet.send = (answer) => connection.send(answer);
    });
  }

  function begin(ws: WebSocket, socket: Duplex, { model }: Wanted, talk: Talk, client: string): Connection {
    const opened = now();
    const { name, version } = model;
    context.metrics.requests.add({ route: "/v1/stream", method: "GET", status: "101" });
    context.log("info", "stream opened", { model: name, version, client });
    const connection = new Connection(ws, socket, talk, { context, client, now });
    const end = sessions.whenReplaced(model, () => connection.close(CLOSE.replaced, "the model was replaced"));
    connections.add(connection);
    ws.once("close", (code) => {
      connections.delete(connection);
      end();
      context.log("info", "stream closed", { model: name, client, code, ms: Math.round(now() - opened) });
    });
    return connection;
  }

  const look = () => connections.forEach((connection) => connection.look(patience));
  const timer = setInterval(look, patience);
  timer.unref();
  server.once("close", () => clearInterval(timer));
  context.stopping.addEventListener("abort", () => {
    for (const connection of connections) connection.close(CLOSE.goingAway, "the server is shutting down");
    setTimeout(() => connections.forEach((connection) => connection.terminate()), FAREWELL).unref();
  });
  return {
    get open() {
      return connections.size;
    },
    look,
  };
}

/** A connection counts as a session. @throws Problem 503 when there are as many as allowed */
function reserve({ store }: Sessions, { model: { name } }: Wanted, talk: Talk): () => void {
  try {
    store.reserve(name);
  } catch (error) {
    talk.close();
    throw error;
  }
  return () => {
    talk.close();
    store.release(name);
  };
}

/** @throws Problem 422 when the model cannot be run step by step, or 400 when it cannot answer as it was asked to */
function talkOf(sessions: Sessions, { model, binary, answers, rate }: Wanted, send: Send): Talk {
  const hears = binary === "pcm16" && listens(model);
  if (answers === "float32" && (hears || model.stepper))
    throw new Problem("bad-request", `Answers of ${model.name} have names; they are JSON.`);
  if (hears) return new SoundConversation(model, sessions, rate, send);
  return new Conversation(sessions.stepped(model), sessions, binary, answers === "float32", send);
}

function refuse(
  error: unknown,
  { url = "", socket: { remoteAddress } }: IncomingMessage,
  socket: Duplex,
  context: ServerContext,
): void {
  const problem = problemOf(error);
  const { status } = problem;
  context.metrics.requests.add({ route: "/v1/stream", method: "GET", status: String(status) });
  const stack = problem.kind === "internal" && error instanceof Error ? { stack: error.stack } : {};
  context.log(status >= 500 ? "error" : "warn", "stream refused", {
    path: url.slice(0, 200),
    status,
    client: remoteAddress,
    ...stack,
  });
  void writeProblem(socket, problem, context.basePath);
}
