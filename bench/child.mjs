/** One runner process: a request is a JSON line to it, the answer the next line from it (see runners/protocol.mjs). */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const PATIENCE_MS = 300_000;
const KEPT_ERROR_CHARACTERS = 2000;

export class Child {
  /** @param {string[]} command @param {Record<string, string>} [env] */
  constructor([file, ...args], env) {
    /** @type {((reply: any) => void) | undefined} */
    this.waiting = undefined;
    this.errors = "";
    this.process = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.process.stderr.on("data", (text) => {
      this.errors = (this.errors + text).slice(-KEPT_ERROR_CHARACTERS);
    });
    this.process.on("error", (error) => this.#settle({ error: error.message }));
    this.process.on("close", (code) => this.#settle({ error: `ended with code ${code}: ${this.errors}` }));
    this.process.stdin.on("error", () => {}); // a child that died says so by "close"
    createInterface({ input: this.process.stdout }).on("line", (line) => this.#settle(JSON.parse(line)));
  }

  /** @param {object} reply */
  #settle(reply) {
    this.waiting?.(reply);
    this.waiting = undefined;
  }

  /** @param {object} request @returns {Promise<any>} the answer; `{ error }` where the child failed or died */
  ask(request) {
    if (this.process.exitCode !== null) return Promise.resolve({ error: `not running: ${this.errors}` });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.process.kill();
        this.#settle({ error: `no answer in ${PATIENCE_MS / 1000} s` });
      }, PATIENCE_MS);
      this.waiting = (reply) => {
        clearTimeout(timer);
        resolve(reply);
      };
      this.process.stdin.write(JSON.stringify(request) + "\n");
    });
  }

  /** Ends the child: its input closes, and it leaves by itself. */
  close() {
    this.process.stdin.end();
    return new Promise((resolve) => {
      if (this.process.exitCode !== null) return resolve(undefined);
      const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
      this.process.on("close", () => {
        clearTimeout(timer);
        resolve(undefined);
      });
    });
  }
}
