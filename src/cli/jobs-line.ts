/** Below the lines of what has ended, on a terminal: one that is redrawn in place and says how far all is, and each of those under way. */
import { duration } from "./figures.js";
import type { Screen } from "./screen.js";
import { fit } from "./text-width.js";

const REDRAW_MS = 100;

export class JobsLine {
  readonly #began = performance.now();
  readonly #running = new Map<number, string>();
  /** What an earlier session had done. */
  #before: number | null = null;
  #head = "";
  #drawn = 0;

  /** @param name of one that is under way, by its number */
  constructor(
    readonly screen: Screen,
    readonly name: (number: number) => string,
  ) {}

  onEpoch(number: number, progress: unknown): void {
    const { epoch, epochs } = progress as { epoch: number; epochs: number };
    this.#running.set(number, `epoch ${epoch}/${epochs}`);
    this.#draw();
  }

  /**
   * @param line what is told of one that has ended, behind how many have
   * @param result of them all so far; "" for none
   * @param counts false for one that took no time, as one that was set aside
   */
  onEnd(
    number: number,
    { done, of }: { readonly done: number; readonly of: number },
    line: string,
    result = "",
    counts = true,
  ): void {
    this.#running.delete(number);
    this.#before ??= done - (counts ? 1 : 0);
    const left = ((performance.now() - this.#began) / 1000 / Math.max(1, done - this.#before)) * (of - done);
    this.screen.note(`${String(done).padStart(String(of).length)}/${of}  ${line}`);
    this.#head = `${done}/${of} done${result && `, ${result}`}${of > done ? `, about ${duration(left)} left` : ""}`;
    this.#draw();
  }

  #draw(): void {
    const { status } = this.screen;
    if (!status.isLive || performance.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = performance.now();
    const under = [...this.#running].map(([number, epoch]) => `${this.name(number)}: ${epoch}`).join(", ");
    status.draw(fit([this.#head, under].filter(Boolean).join("  "), status.width - 1));
  }
}
