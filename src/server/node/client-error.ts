/** What goes wrong before a request reaches the app: headers that are too long, too slow, or no HTTP at all. */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { ServerContext } from "../context.js";
import { Problem } from "../problem.js";
import { writeProblem } from "./write-problem.js";

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
    void writeProblem(socket, problem, basePath);
  });
}

function problemOf(code: string | undefined): Problem {
  if (code === "HPE_HEADER_OVERFLOW")
    return new Problem("header-too-large", "The header of the request is larger than allowed.");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new Problem("slow-request", "The request did not arrive in time.");
  return new Problem("bad-request", "The request is not HTTP/1.1.");
}
