/** What goes wrong before a request reaches the app: headers that are too long, too slow, or no HTTP at all. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { ServerContext } from "../context.js";
import { GUARDS } from "../reply.js";
import { Problem, PROBLEM_TYPE } from "../problem.js";

/** Node answers such clients with a bare status line; they get a problem document instead. */
export function answerClientErrors(server: Server, { log, metrics, basePath }: ServerContext): void {
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const problem = problemOf(error.code);
    log("warn", "refused", {
      status: problem.status,
      reason: error.code ?? error.message,
      client: socket.remoteAddress,
    });
    metrics.requests.add({ route: "other", method: "other", status: String(problem.status) });
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const body = JSON.stringify(problem.toDocument(basePath));
    const headers = {
      ...GUARDS,
      "content-type": PROBLEM_TYPE,
      "content-length": Buffer.byteLength(body),
      connection: "close",
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${problem.status} ${REASONS[problem.status]}\r\n${lines.join("")}\r\n${body}`, () =>
      socket.destroy(),
    );
  });
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

function problemOf(code: string | undefined): Problem {
  if (code === "HPE_HEADER_OVERFLOW")
    return new Problem("header-too-large", "The header of the request is larger than allowed.");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new Problem("slow-request", "The request did not arrive in time.");
  return new Problem("bad-request", "The request is not HTTP/1.1.");
}
