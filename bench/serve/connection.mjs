// One keep-alive connection that costs the load next to nothing: requests are bytes made beforehand, answers are only counted.
import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/** @param {string} method @param {string} path @param {string} body */
export function requestBytes(method, path, body) {
  const head = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
  return Buffer.from(head + body);
}

export class Connection {
  /** @type {((status: number, body: Buffer) => void) | null} called with the answer of the request under way */
  #answer = null;
  /** @type {Buffer} */
  #rest = Buffer.alloc(0);

  /** @param {number} port @param {(error: Error) => void} failed */
  constructor(port, failed) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("error", failed);
    this.socket.on(
      "close",
      () => this.#answer && failed(new Error("the connection was closed with a request under way")),
    );
    this.socket.on("data", (data) => this.#take(data));
  }

  /** @param {Buffer} bytes @param {(status: number, body: Buffer) => void} answer */
  send(bytes, answer) {
    this.#answer = answer;
    this.socket.write(bytes);
  }

  /** @param {Buffer} bytes @returns {Promise<{ status: number, json: any }>} */
  ask(bytes) {
    return new Promise((resolve) => {
      this.send(bytes, (status, body) => resolve({ status, json: body.length > 0 ? JSON.parse(String(body)) : null }));
    });
  }

  end() {
    this.socket.destroy();
  }

  /** @param {Buffer} data */
  #take(data) {
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, data]) : data;
    const end = all.indexOf(HEAD_END);
    const head = end < 0 ? "" : all.latin1Slice(0, end);
    const length = end < 0 ? NaN : Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (!(all.length >= end + 4 + length)) {
      this.#rest = all;
      return;
    }
    this.#rest = all.subarray(end + 4 + length);
    const answer = this.#answer;
    this.#answer = null;
    answer?.(Number(head.slice(9, 12)), all.subarray(end + 4, end + 4 + length));
  }
}
