/** A studio on a folder of its own, and a browser's way of asking it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Problem } from "../../src/studio/api/index.js";
import { startStudio, type Studio } from "../../src/studio/index.js";
import { PROGRAM } from "../cli/program.js";

const PATIENCE_MS = 20_000;

export interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export class TestStudio {
  readonly faults: string[] = [];
  #cookie = "";

  private constructor(
    readonly folder: string,
    readonly studio: Studio,
    faults: string[],
  ) {
    this.faults = faults;
  }

  /** With a session. */
  static async open(
    fill: (folder: string) => void | Promise<void> = () => undefined,
    runs = "runs",
  ): Promise<TestStudio> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "sluice-studio-")));
    const page = join(folder, ".page");
    mkdirSync(page);
    writeFileSync(join(page, "index.html"), "<!doctype html><title>page</title>");
    writeFileSync(join(page, "main-1.js"), "export {};");
    await fill(folder);
    const faults: string[] = [];
    const program = [process.execPath, ...PROGRAM];
    const studio = await startStudio({ folder, runs, program, page, log: (line) => faults.push(line) });
    const own = new TestStudio(folder, studio, faults);
    await own.signIn();
    after(async () => {
      await studio.close();
      rmSync(folder, { recursive: true, force: true });
    });
    return own;
  }

  get port(): number {
    return Number(new URL(this.studio.origin).port);
  }

  newToken(): string {
    return new URL(this.studio.newAddress()).hash.replace("#token=", "");
  }

  async signIn(): Promise<void> {
    const { status, headers } = await this.raw("/api/session", { method: "POST", body: { token: this.newToken() } });
    assert.equal(status, 204);
    this.#cookie = headers["set-cookie"]![0]!.split(";")[0]!;
  }

  get cookie(): string {
    return this.#cookie;
  }

  /** Without the cookie; the path goes as it is. */
  raw(path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Asked> {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const type = text === undefined ? {} : { "content-type": "application/json" };
    return new Promise((done, fail) => {
      const asked = request(
        {
          host: "127.0.0.1",
          port: this.port,
          path,
          method,
          headers: { ...type, ...headers },
          timeout: PATIENCE_MS,
          agent: false,
        },
        (answer) => {
          let said = "";
          answer.setEncoding("utf8").on("data", (piece: string) => (said += piece));
          answer.on("end", () => done({ status: answer.statusCode!, headers: answer.headers, text: said }));
        },
      );
      asked.on("error", fail);
      asked.on("timeout", () => asked.destroy(new Error(`no answer to ${method} ${path}`)));
      asked.end(text);
    });
  }

  ask(path: string, sent: Sent = {}): Promise<Asked> {
    return this.raw(path, { ...sent, headers: { cookie: this.#cookie, ...sent.headers } });
  }

  async get<T>(path: string): Promise<T> {
    const { status, text } = await this.ask(path);
    assert.equal(status, 200, text);
    return JSON.parse(text) as T;
  }

  async post<T>(path: string, body: unknown, expected = 200): Promise<T> {
    const { status, text } = await this.ask(path, { method: "POST", body });
    assert.equal(status, expected, text);
    return (text === "" ? null : JSON.parse(text)) as T;
  }

  /** What is answered where something is wrong. */
  async refused(path: string, status: number, sent: Sent = {}): Promise<Problem> {
    const answer = await this.ask(path, sent);
    return problemIn(answer, status);
  }
}

export function problemIn({ status, headers, text }: Asked, expected: number): Problem {
  assert.equal(status, expected, text);
  assert.equal(headers["content-type"], "application/problem+json");
  const problem = JSON.parse(text) as Problem;
  assert.equal(problem.status, expected);
  assert.ok(problem.title.length > 0 && problem.detail.length > 0);
  return problem;
}

/** Asks again and again until it is so. */
export async function until<T>(look: () => Promise<T | null | false | undefined>, seconds = 20): Promise<T> {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `not so after ${seconds} seconds`);
    await new Promise((next) => setTimeout(next, 100));
  }
}
