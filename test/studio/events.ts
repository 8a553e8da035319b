/** A listener to server-sent events (WHATWG HTML, 9.2): what has come so far. */
import { request, type ClientRequest } from "node:http";
import type { TestStudio } from "./studio.js";

export interface Told {
  readonly event: string;
  readonly data: never;
}

export class Listener {
  readonly told: Told[] = [];
  readonly ended: Promise<void>;
  #request!: ClientRequest;

  constructor(studio: TestStudio, path: string, body?: unknown) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = { cookie: studio.cookie, ...(text !== undefined && { "content-type": "application/json" }) };
    const method = text === undefined ? "GET" : "POST";
    this.ended = new Promise((done) => {
      const options = { host: "127.0.0.1", port: studio.port, path, method, headers, agent: false as const };
      this.#request = request(options, (answer) => {
        let rest = "";
        answer.setEncoding("utf8").on("data", (piece: string) => {
          const parts = (rest + piece).split("\n\n");
          rest = parts.pop()!;
          for (const part of parts) this.#hear(part);
        });
        answer.on("close", done);
      });
      this.#request.on("error", () => done());
      this.#request.end(text);
    });
  }

  of<T>(event: string): T[] {
    return this.told.filter((one) => one.event === event).map(({ data }) => data as T);
  }

  /** Vanishes without a word. */
  vanish(): void {
    this.#request.destroy();
  }

  #hear(part: string): void {
    const lines = part.split("\n");
    const value = (name: string) =>
      lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
    const [event] = value("event");
    if (event !== undefined) this.told.push({ event, data: JSON.parse(value("data").join("\n")) as never });
  }
}
