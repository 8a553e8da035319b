/** A problem document where there is no app to answer: straight on the socket, which then closes. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { problemResponse, type Problem } from "../problem.js";
import { GUARDS } from "../reply.js";

export async function writeProblem(socket: Duplex, problem: Problem, basePath: string): Promise<void> {
  const response = problemResponse(problem, basePath, { ...GUARDS, connection: "close" });
  const body = Buffer.from(await response.arrayBuffer());
  response.headers.set("content-length", String(body.length));
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`);
  const { status } = problem;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`, () => socket.destroy());
}
