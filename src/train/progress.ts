/** What `fit` shows while it runs, on standard error, so that a program's own output stays clean. */
import { check, show } from "../util/errors.js";
import type { Callback, Logs, TrainingRun } from "./callback.js";

const BAR_CELLS = 20;
/** Drawing is for eyes: ten times a second is enough, and then costs nothing beside training. */
const REDRAW_MS = 100;
const CLEAR_TO_END = "\x1b[K";

/** Where there is a terminal: Node, Deno, Bun. */
interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/**
 * The callback that shows progress, if any: 0 nothing, 1 a bar that is redrawn in place, 2 a line an epoch. Left out: 1 on a
 * terminal, 2 where standard error is a file or a pipe, 0 in a page.
 */
export function progressBar(verbose: 0 | 1 | 2 | undefined): Callback[] {
  const terminal = (globalThis as { process?: { stderr?: Terminal } }).process?.stderr;
  const mode = verbose ?? (terminal ? (terminal.isTTY ? 1 : 2) : 0);
  check(mode === 0 || mode === 1 || mode === 2, () => `fit: verbose must be 0, 1 or 2, got ${show(mode)}`);
  if (mode === 0) return [];
  return [mode === 1 && terminal ? new Bar(terminal) : new Lines(terminal)];
}

/** What both forms know: the epoch that runs, and since when. */
class Clock {
  #begin = 0;
  #steps = 0;
  #learningRate: number | undefined;

  protected start(run: TrainingRun): void {
    this.#begin = performance.now();
    this.#steps = 0;
    this.#learningRate ??= run.model.optimizer.learningRate;
  }

  protected count(step: number): void {
    this.#steps = step + 1;
  }

  protected get steps(): number {
    return this.#steps;
  }

  protected get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  /** The epoch's values; the learning rate only where it has changed since it was last shown. */
  protected ended(logs: Logs): string {
    const { learningRate, ...values } = logs;
    const changed = learningRate !== undefined && learningRate !== this.#learningRate;
    this.#learningRate = learningRate;
    return showLogs(changed ? logs : values);
  }
}

class Bar extends Clock implements Callback {
  #drawn = 0;
  #epoch = "";

  constructor(private readonly terminal: Terminal) {
    super();
  }

  onEpochBegin(epoch: number, run: TrainingRun): void {
    this.start(run);
    this.#drawn = 0;
    this.#epoch = showEpoch(epoch, run);
  }

  onBatchEnd(step: number, logs: Logs, run: TrainingRun): void {
    this.count(step);
    const now = performance.now();
    if (now - this.#drawn < REDRAW_MS) return;
    this.#drawn = now;
    const rate = this.steps / this.seconds;
    const left = run.steps === null ? "" : `  ${showTime((run.steps - this.steps) / rate)} left`;
    this.#draw(`${this.#epoch}  ${showSteps(this.steps, run.steps)}  ${showLogs(logs)}  ${showRate(rate)}${left}`);
  }

  onEpochEnd(_epoch: number, logs: Logs, run: TrainingRun): void {
    const { seconds } = this;
    const done = showSteps(this.steps, run.steps);
    this.#draw(`${this.#epoch}  ${done}  ${this.ended(logs)}  ${showTime(seconds)}`);
    this.terminal.write("\n");
  }

  /** The error that follows must not stand in the middle of the bar. */
  onNonFinite(): boolean {
    this.terminal.write("\n");
    return false;
  }

  /** A line that is longer than the terminal is wide would wrap, and then could not be redrawn in place. */
  #draw(line: string): void {
    this.terminal.write(`\r${line.slice(0, (this.terminal.columns ?? 120) - 1)}${CLEAR_TO_END}`);
  }
}

class Lines extends Clock implements Callback {
  constructor(private readonly terminal: Terminal | undefined) {
    super();
  }

  onEpochBegin(_epoch: number, run: TrainingRun): void {
    this.start(run);
  }

  onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): void {
    const line = `${showEpoch(epoch, run)}  ${this.ended(logs)}  ${showTime(this.seconds)}`;
    if (this.terminal) this.terminal.write(`${line}\n`);
    else console.error(line);
  }
}

function showEpoch(epoch: number, { epochs }: TrainingRun): string {
  return `Epoch ${String(epoch + 1).padStart(String(epochs).length)}/${epochs}`;
}

/** `12/32 [=====>....]`, or `12 steps` while nobody knows how many there will be. */
function showSteps(done: number, of: number | null): string {
  if (of === null) return `${done} steps`;
  const full = Math.min(BAR_CELLS, Math.round((BAR_CELLS * done) / of));
  const arrow = full < BAR_CELLS ? ">" : "";
  const bar = `${"=".repeat(full)}${arrow}`.padEnd(BAR_CELLS, ".");
  return `${String(done).padStart(String(of).length)}/${of} [${bar}]`;
}

function showLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(([name, value]) => `${name} ${showNumber(value)}`)
    .join("  ");
}

/** Four significant digits, trailing zeros kept, so that lines stand under each other. */
function showNumber(value: number): string {
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e5) return String(value);
  return size < 1e-3 || size >= 1e4 ? value.toExponential(3) : value.toPrecision(4);
}

function showRate(perSecond: number): string {
  return perSecond >= 10 ? `${Math.round(perSecond)} steps/s` : `${perSecond.toFixed(1)} steps/s`;
}

function showTime(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
