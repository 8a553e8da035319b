// Requests as bytes, so that they can be as wrong as one likes.
import { connect } from "node:net";

/**
 * Sends the pieces one after the other and reads until the server closes, answers whole, or `patience` ms have passed.
 * @param {number} port @param {(string | Uint8Array)[]} pieces
 * @param {{ pause?: number, patience?: number, vanish?: "sent" | "answer" }} how `vanish`: cut the connection when all is sent, or at the answer's first byte
 * @returns {Promise<{ status: number, type: string, body: string }>} status 0 where there was no answer
 */
export function raw(port, pieces, { pause = 0, patience = 10_000, vanish } = {}) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let came = "";
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(parsed(came));
    };
    const timer = setTimeout(done, patience);
    socket.on("error", done);
    socket.on("close", done);
    socket.on("data", (data) => {
      came += data.toString("latin1");
      if (vanish === "answer" || isWhole(came)) done();
    });
    socket.on("connect", async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return;
        socket.write(piece);
        if (pause > 0) await new Promise((next) => setTimeout(next, pause));
      }
      if (vanish === "sent") done();
    });
  });
}

const bodyOf = (text) => text.slice(text.indexOf("\r\n\r\n") + 4);

function isWhole(text) {
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return length !== undefined && text.includes("\r\n\r\n") && bodyOf(text).length >= Number(length);
}

function parsed(text) {
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
  return { status, type: /content-type: ([^\r;]+)/i.exec(text)?.[1] ?? "", body: text === "" ? "" : bodyOf(text) };
}

/** @param {string} path @param {string | Uint8Array} body @param {Record<string, string>} headers */
export function post(path, body, headers = {}) {
  const bytes = Buffer.from(body);
  const all = {
    host: "127.0.0.1",
    connection: "close",
    "content-type": "application/json",
    "content-length": String(bytes.length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return [Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`), bytes])];
}

/** @param {string} target as it stands in the request line */
export const get = (target, more = "") => [
  `GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n${more}\r\n`,
];
