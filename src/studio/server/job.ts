/** One training that the studio has started: a process of its own, which goes on when the studio ends. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { STOP_MESSAGE } from "../../runs/stop-message.js";
import type { JobReply } from "../api/index.js";

/** What is shown of its output. */
const TAIL = 8 * 1024;

export interface Order {
  readonly id: string;
  /** The command line: program and words. */
  readonly program: readonly string[];
  readonly words: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** What a person would type. */
  readonly command: string;
  /** The run's name, where it is known before. */
  readonly run: string | null;
  /** Settings that no flag can tell, as a configuration in JSON. */
  readonly config?: string;
}

export class Job {
  readonly #child: ChildProcess;
  readonly #scratch: string;
  readonly #order: Order;
  #run: string | null;
  #stopping = false;
  #reply: JobReply | null = null;

  constructor(order: Order) {
    this.#order = order;
    this.#run = order.run;
    this.#scratch = mkdtempSync(join(tmpdir(), "sluice-job-"));
    this.#child = this.#spawn();
    this.#child.once("error", (error) => this.#end("failed", `cannot start the training: ${error.message}`));
    this.#child.once("close", (code) => this.#end(...this.#outcome(code)));
  }

  get id(): string {
    return this.#order.id;
  }

  get ended(): boolean {
    return this.#reply !== null;
  }

  /** Its run, as soon as there is a folder. */
  get run(): string | null {
    this.#run ??= runNamed(this.#tail("stderr", "head"));
    return this.#run;
  }

  reply(): JobReply {
    if (this.#reply) return this.#reply;
    const { run } = this;
    const state = run === null ? "starting" : "running";
    return {
      id: this.id,
      state,
      run,
      output: remarksIn(this.#tail("stderr")),
      error: null,
      command: this.#order.command,
    };
  }

  /** Ends it after the batch that is running, with a checkpoint, as Ctrl-C does. Windows knows no such signal: a message says it. */
  stop(): void {
    // Asked twice it would end at once, without a checkpoint.
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#child.connected) this.#child.send(STOP_MESSAGE);
    else this.#child.kill("SIGINT");
  }

  /** Lets it go on alone. */
  leave(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.#child.removeAllListeners();
    this.#child.unref();
    this.#forget();
  }

  #spawn(): ChildProcess {
    const { program, words, folder, config } = this.#order;
    const path = join(this.#scratch, "config.json");
    if (config !== undefined) writeFileSync(path, config);
    const more = config === undefined ? [] : [`--config=${path}`];
    // Files, no pipes: a program whose reader has gone ends. A group of its own: Ctrl-C in the studio's terminal is not meant for it.
    const [out, err] = [openSync(join(this.#scratch, "stdout"), "w"), openSync(join(this.#scratch, "stderr"), "w")];
    try {
      const stdio = ["ignore", out, err, "ipc"] as const;
      const [file = "", ...first] = program;
      const options = {
        cwd: folder,
        stdio: [...stdio],
        detached: true,
        windowsHide: true,
        env: { ...process.env, NO_COLOR: "1" },
      };
      const child = spawn(file, [...first, ...words, ...more], options);
      child.unref();
      child.channel?.unref();
      return child;
    } finally {
      closeSync(out);
      closeSync(err);
    }
  }

  #outcome(code: number | null): ["ended" | "failed", string | null] {
    const said = this.#tail("stderr");
    // Stopped by the user: it says so, and how to go on.
    if (code === 0 || /^Stopped (?:after|before) /m.test(said)) return ["ended", null];
    return ["failed", errorIn(said) ?? (said.trim() || `the training ended with exit code ${code}`)];
  }

  #end(state: "ended" | "failed", error: string | null): void {
    if (this.#reply) return;
    const { run } = this;
    this.#reply = {
      id: this.id,
      state,
      run,
      output: remarksIn(this.#tail("stderr")),
      error,
      command: this.#order.command,
    };
    this.#forget();
  }

  #forget(): void {
    try {
      rmSync(this.#scratch, { recursive: true, force: true });
    } catch {
      // Windows keeps files that are open: the folder of temporary files is emptied by others.
    }
  }

  /** The end of what it said, or the beginning. */
  #tail(name: "stdout" | "stderr", part: "head" | "tail" = "tail"): string {
    try {
      const path = join(this.#scratch, name);
      const { size } = statSync(path);
      if (size <= TAIL) return readFileSync(path, "utf8");
      const bytes = Buffer.alloc(TAIL);
      const file = openSync(path, "r");
      readSync(file, bytes, 0, TAIL, part === "head" ? 0 : size - TAIL);
      closeSync(file);
      return bytes.toString("utf8");
    } catch {
      return "";
    }
  }
}

/** Without the lines that tell how it comes along: events of the run say it better. */
function remarksIn(text: string): string {
  const lines = text.split("\n");
  return lines.filter((line) => !/^epoch +\d+\/\d+ /.test(line) && !line.endsWith(" left")).join("\n");
}

/** The command line tells the folder on standard error before training begins. */
function runNamed(text: string): string | null {
  const path = /^Run folder (?<path>.+)$/m.exec(text)?.groups!["path"];
  return path === undefined ? null : basename(path.trim());
}

/** What follows the last "Error:", in as many lines as it has, without the hint where help is. */
function errorIn(text: string): string | null {
  const [error, ...before] = `\n${text}`.split("\nError: ").reverse();
  return before.length === 0 ? null : error!.replace(/\nSee: .*\s*$/, "").trim();
}
